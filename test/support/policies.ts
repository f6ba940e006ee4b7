import type { Template } from 'aws-cdk-lib/assertions';

/** A statement of a policy in a template, with lists in place of single values. */
export interface Statement {
  readonly sid?: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly principal: unknown;
}

interface RawStatement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: Statement['conditions'];
  readonly Principal?: unknown;
}

const listOf = <T>(value: T | T[] | undefined): T[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const read = ({ Sid, Effect, Action, Resource, Condition, Principal }: RawStatement): Statement => ({
  sid: Sid,
  effect: Effect,
  actions: listOf(Action),
  resources: listOf(Resource).map(asText),
  conditions: Condition ?? {},
  principal: Principal,
});

interface PolicyResource {
  readonly Properties: { readonly PolicyDocument?: { readonly Statement: RawStatement[] }; readonly Roles?: readonly unknown[] };
}

/** Statements of the resources of one type, e.g. `AWS::IAM::ManagedPolicy`, `AWS::S3::BucketPolicy`. */
export const statementsOf = (template: Template, type: string): Statement[] =>
  Object.values(template.findResources(type)).flatMap((resource) => ((resource as PolicyResource).Properties.PolicyDocument?.Statement ?? []).map(read));

/** Actions that identity policies allow on every resource, without repetition, in order. */
export const wildcardActions = (template: Template): string[] =>
  [...new Set(statementsOf(template, 'AWS::IAM::ManagedPolicy').flatMap(({ effect, resources, actions }) => (effect === 'Allow' && resources.includes('*') ? actions : [])))].toSorted();
