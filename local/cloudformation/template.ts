import { parse } from 'yaml';
import { ServiceError } from '../core/service';

/** Any value of a template, before or after its functions are resolved. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Values = Readonly<Record<string, Value>>;

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Values;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: 'Delete' | 'Retain' | 'Snapshot' | 'RetainExceptOnCreate';
  readonly UpdateReplacePolicy?: 'Delete' | 'Retain' | 'Snapshot';
  readonly Metadata?: Values;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly (string | number)[];
  readonly NoEcho?: boolean | string;
}

export interface TemplateOutput {
  readonly Value: Value;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: Value };
}

export interface TemplateRule {
  readonly RuleCondition?: Value;
  readonly Assertions: readonly { readonly Assert: Value; readonly AssertDescription?: string }[];
}

export interface Template {
  readonly Description?: string;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Mappings?: Readonly<Record<string, Values>>;
  readonly Conditions?: Values;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
  readonly Rules?: Readonly<Record<string, TemplateRule>>;
}

const SECTIONS = new Set([
  'AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs', 'Rules',
]);

export const templateError = (message: string): ServiceError => new ServiceError('ValidationError', `Template format error: ${message}`);

/**
 * Reads a template, JSON or YAML (without short tags such as `!Ref`, which the CDK does not write).
 *
 * @throws ServiceError for what is no template, or has a section that the local AWS does not handle (macros)
 */
export function parseTemplate(text: string): Template {
  let document: unknown;
  try {
    document = text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text);
  } catch (error) {
    throw templateError(`neither JSON nor YAML: ${(error as Error).message}`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw templateError('the document is no mapping');
  }
  const unknown = Object.keys(document).filter((section) => !SECTIONS.has(section));
  if (unknown.length > 0) {
    throw templateError(`sections not supported by the local AWS: ${unknown.join(', ')}`);
  }
  const resources = (document as Template).Resources as Template['Resources'] | undefined;
  if (resources === undefined || Object.keys(resources).length === 0) {
    throw templateError('At least one Resources member must be defined.');
  }
  for (const [logicalId, resource] of Object.entries(resources)) {
    if (typeof resource.Type !== 'string') {
      throw templateError(`Resources/${logicalId} has no Type`);
    }
  }
  return document as Template;
}
