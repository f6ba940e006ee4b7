import type { ContextValues } from '../policy/context';

export type Input = Readonly<Record<string, unknown>>;

/** A call as far as its permissions depend on it. */
export interface ApiCall {
  /** Operation of the AWS SDK. */
  readonly operation: string;
  /** In the member names of the AWS SDK. */
  readonly input: Input;
  /** Account in which the call happens where it names no other. */
  readonly accountId: string;
  readonly region: string;
}

/** An action that a caller must be allowed, and on what. */
export interface Needed {
  /** `sagemaker:CreateModel` */
  readonly action: string;
  /** An ARN, or `*` where the action knows no resources. */
  readonly resource: string;
  /** Condition keys of this action alone. */
  readonly context?: ContextValues;
}

/** What a call needs, given the service's prefix of actions. Nothing when the call does not use the part that this is about. */
export type Need = (call: ApiCall, prefix: string) => readonly Needed[];

/** The operations of one service. What is not in the table can't be authorized. */
export interface ServiceActions {
  /** Before the colon of an action: `cloudwatch` for the signing name `monitoring`. */
  readonly prefix: string;
  /** Needs of each operation; an empty list needs no permission. */
  readonly operations: Readonly<Record<string, readonly Need[]>>;
}

const isRecord = (value: unknown): value is Input => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts at a path such as `Containers.ModelPackageName`; lists on the way are followed into each of their members. */
export function textsAt(value: unknown, path: string): string[] {
  const [name = '', ...rest] = path.split('.');
  if (Array.isArray(value)) {
    return value.flatMap((one) => textsAt(one, path));
  }
  if (path === '') {
    return typeof value === 'string' ? [value] : [];
  }
  return isRecord(value) ? textsAt(value[name], rest.join('.')) : [];
}

/** The lists above end at their members. */
const valuesAt = (input: Input, path: string): string[] => [...new Set(textsAt(input, path))];

export const textAt = (input: Input, path: string): string | undefined => textsAt(input, path)[0];

const PLACEHOLDER = /\{([\w.]+)(?:\|([^}]*))?\}/;

/** Services whose ARNs have no region. */
const GLOBAL: ReadonlySet<string> = new Set(['iam', 'budgets']);

export const arnOf = ({ accountId, region }: Pick<ApiCall, 'accountId' | 'region'>, service: string, resource: string): string =>
  `arn:aws:${service}:${GLOBAL.has(service) ? '' : region}:${accountId}:${resource}`;

/** Fills a template with each value of its first placeholder, then with those of the next. */
function filled(template: string, input: Input, change: (value: string) => string): string[] {
  const match = PLACEHOLDER.exec(template);
  if (match === null) {
    return [template];
  }
  const [placeholder, path = '', otherwise] = match;
  const given = valuesAt(input, path);
  const values = given.length === 0 && otherwise !== undefined ? [otherwise] : given;
  return values.flatMap((value) => {
    // An ARN is the whole resource already.
    return value.startsWith('arn:') ? [value] : filled(template.replace(placeholder, () => change(value)), input, change);
  });
}

export interface ResourceOptions {
  /** Service in the ARN. @default - the prefix of the actions */
  readonly service?: string;
  /** Turns a member's value into its part of the ARN. @default - as it is */
  readonly change?: (value: string) => string;
}

/**
 * The call's own action on resources named by a template: `table/{TableName}`, `schedule/{GroupName|default}/{Name}`. A value that is an ARN is taken
 * as the whole resource; a member that is not there is no need.
 */
export const on = (template: string, { service, change = (value) => value }: ResourceOptions = {}): Need => (call, prefix) =>
  filled(template, call.input, change).map((resource) => ({
    action: `${prefix}:${call.operation}`,
    resource: resource.startsWith('arn:') ? resource : arnOf(call, service ?? prefix, resource),
  }));

/** The call's own action, which knows no resources. */
export const anything: Need = ({ operation }, prefix) => [{ action: `${prefix}:${operation}`, resource: '*' }];

/** The same needs for another action. */
export const as = (action: string, ...needs: readonly Need[]): Need => (call, prefix) =>
  needs.flatMap((need) => need(call, prefix)).map((needed) => ({ ...needed, action }));

/** The same needs with condition keys. */
export const given = (context: (input: Input) => ContextValues, ...needs: readonly Need[]): Need => (call, prefix) =>
  needs.flatMap((need) => need(call, prefix)).map((needed) => ({ ...needed, context: { ...needed.context, ...context(call.input) } }));

/** The first of several that is there. */
export const either = (...needs: readonly Need[]): Need => (call, prefix) => {
  for (const need of needs) {
    const found = need(call, prefix);
    if (found.length > 0) {
      return found;
    }
  }
  return [];
};

/** Handing a role to a service, which then acts as it. */
export const passes = (path: string, service: string): Need => ({ input }) =>
  valuesAt(input, path).map((resource) => ({ action: 'iam:PassRole', resource, context: { 'iam:PassedToService': service } }));

/** Tagging what is made, for services that ask for it separately. */
export const tagging = (action: string, ...needs: readonly Need[]): Need => (call, prefix) => {
  const tags = call.input.Tags ?? call.input.tags;
  const has = Array.isArray(tags) ? tags.length > 0 : isRecord(tags) && Object.keys(tags).length > 0;
  return has ? as(action, ...needs)(call, prefix) : [];
};

/** The same need for many operations. */
export const each = (names: string, ...needs: readonly Need[]): Readonly<Record<string, readonly Need[]>> =>
  Object.fromEntries(names.split(/\s+/).filter((name) => name !== '').map((name) => [name, needs]));
