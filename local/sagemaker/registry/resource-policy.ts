import type { Caller } from '../../core/service';
import { isRecord } from '../pipelines/references';

/**
 * Whether the resource policy of a model package group lets a caller of another account do something. Conditions that are not known here do not hold:
 * the policy then refuses rather than permits.
 */

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

export interface Access {
  readonly caller: Caller;
  /** `sagemaker:DescribeModelPackage` */
  readonly action: string;
  readonly resource: string;
}

const listOf = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

const globs = (pattern: unknown, text: string, flags = ''): boolean =>
  new RegExp(`^${String(pattern).split('*').map((part) => part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('?', '.')).join('.*')}$`, flags).test(text);

function isPrincipal(principal: unknown, caller: Caller): boolean {
  const names = isRecord(principal) ? listOf(principal.AWS) : listOf(principal);
  const accepted = ['*', caller.accountId, `arn:aws:iam::${caller.accountId}:root`, caller.roleArn, caller.principalArn];
  return names.some((name) => accepted.includes(String(name)));
}

const CONDITION_KEYS: Readonly<Record<string, (caller: Caller) => string>> = {
  'aws:principalarn': (caller) => caller.roleArn ?? caller.principalArn,
  'aws:principalaccount': (caller) => caller.accountId,
};

const OPERATORS: Readonly<Record<string, (wanted: unknown, value: string) => boolean>> = {
  StringEquals: (wanted, value) => wanted === value,
  StringLike: (wanted, value) => globs(wanted, value),
  ArnEquals: (wanted, value) => globs(wanted, value),
  ArnLike: (wanted, value) => globs(wanted, value),
};

function conditionsHold(condition: unknown, caller: Caller): boolean {
  return Object.entries(isRecord(condition) ? condition : {}).every(([operator, keys]) =>
    Object.entries(isRecord(keys) ? keys : {}).every(([key, wanted]) => {
      const value = CONDITION_KEYS[key.toLowerCase()]?.(caller);
      const check = OPERATORS[operator];
      return value !== undefined && check !== undefined && listOf(wanted).some((one) => check(one, value));
    }));
}

const applies = (statement: Statement, { caller, action, resource }: Access): boolean =>
  isPrincipal(statement.Principal, caller)
  && listOf(statement.Action).some((pattern) => globs(pattern, action, 'i'))
  && listOf(statement.Resource).some((pattern) => globs(pattern, resource))
  && conditionsHold(statement.Condition, caller);

/** @param policy JSON of the policy; undefined permits nothing */
export function permits(policy: string | undefined, access: Access): boolean {
  if (policy === undefined) {
    return false;
  }
  const document: unknown = JSON.parse(policy);
  const statements = listOf(isRecord(document) ? document.Statement : undefined).filter(isRecord) as readonly Statement[];
  const matching = statements.filter((statement) => applies(statement, access));
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
}

/** Why a text is no policy that SageMaker accepts; undefined when it is. */
export function policyProblem(policy: string): string | undefined {
  const LIMIT = 20_480;
  if (policy.length > LIMIT) {
    return `the policy has ${policy.length} characters; the limit is ${LIMIT}`;
  }
  try {
    const document: unknown = JSON.parse(policy);
    return isRecord(document) && listOf(document.Statement).length > 0 ? undefined : 'the policy has no statement';
  } catch (error) {
    return `the policy is no JSON: ${(error as Error).message}`;
  }
}
