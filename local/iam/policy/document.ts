import { conditionsOf, type Condition } from './condition';
import type { RequestContext } from './context';
import { piecesOf, resourceMatcher, wildcardMatcher, type Matcher } from './pattern';
import { namedBy, principalElement, sparedBy, type Named, type Principal, type PrincipalElement } from './principal';
import { PolicyProblem } from './problem';
import { fill, templateOf, variablesOf, type Template } from './variables';

/** What is asked for. */
export interface AccessRequest {
  readonly principal: Principal;
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN, or `*` for actions without one. */
  readonly resource: string;
  readonly context: RequestContext;
}

export interface Statement {
  /** Its Sid, or its place in the policy. */
  readonly id: string;
  /** Name of its policy. */
  readonly policy: string;
  readonly effect: 'Allow' | 'Deny';
  /** As written; empty for NotAction. */
  readonly actions: readonly string[];
  /** As written; empty for NotResource. */
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
  /** Keys of the policy variables in its resources. */
  readonly variables: readonly string[];
  /** Index of the pattern among `actions` that fits. */
  actionIndex(action: string): number;
  resourceIndex(request: AccessRequest): number;
  /** How it applies to a request: undefined when it does not; `identity` for policies without Principal. */
  applies(request: AccessRequest): Named | 'identity' | undefined;
}

export interface Policy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** Whether a document hangs on an identity (no Principal) or on a resource (with one). */
export type PolicyKind = 'identity' | 'resource';

/** Trust policies leave out Resource: they hang on it. */
const ELEMENTS: ReadonlySet<string> = new Set([
  'Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition',
]);
const VERSIONS: ReadonlySet<unknown> = new Set(['2012-10-17', '2008-10-17', undefined]);
const TOP: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function texts(value: unknown, element: string, policy: string): string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value as unknown[] : [value];
  if (value !== undefined && (list.length === 0 || !list.every((one) => typeof one === 'string'))) {
    throw new PolicyProblem(policy, `${element} ${JSON.stringify(value)} is neither a text nor a list of texts`);
  }
  return list as string[];
}

function exactlyOne(raw: Json, one: string, other: string, optional: boolean, policy: string): void {
  const count = Number(raw[one] !== undefined) + Number(raw[other] !== undefined);
  if (count > 1 || (count === 0 && !optional)) {
    throw new PolicyProblem(policy, `a statement has ${count === 0 ? 'neither' : 'both'} ${one} ${count === 0 ? 'nor' : 'and'} ${other}`);
  }
}

/** Index of the first pattern that fits. Plain names are looked up, since most policies hold many of them. */
function actionFinder(patterns: readonly string[]): (action: string) => number {
  const plain = new Map<string, number>();
  const others: { readonly index: number; readonly matches: Matcher }[] = [];
  patterns.forEach((pattern, index) => {
    if (/[*?]/.test(pattern)) {
      others.push({ index, matches: wildcardMatcher(piecesOf(pattern), true) });
    } else {
      plain.set(pattern.toLowerCase(), index);
    }
  });
  return (action) => plain.get(action.toLowerCase()) ?? others.find(({ matches }) => matches(action))?.index ?? -1;
}

function resourceFinder(templates: readonly Template[], policy: string): (request: AccessRequest) => number {
  const matchers = templates.map((template): Matcher | undefined => (template.fixed === undefined ? undefined : resourceMatcher(template.fixed)));
  return ({ resource, context }) => templates.findIndex((template, index) => {
    const fixed = matchers[index];
    if (fixed !== undefined) {
      return fixed(resource);
    }
    const pieces = fill(template, context, policy);
    return pieces !== undefined && resourceMatcher(pieces)(resource);
  });
}

function principalRule(raw: Json, kind: PolicyKind, effect: Statement['effect'], policy: string): (principal: Principal) => Named | 'identity' | undefined {
  if (kind === 'identity') {
    if (raw.Principal !== undefined || raw.NotPrincipal !== undefined) {
      throw new PolicyProblem(policy, 'a policy of an identity has no Principal');
    }
    return () => 'identity';
  }
  exactlyOne(raw, 'Principal', 'NotPrincipal', false, policy);
  const element: PrincipalElement = principalElement(raw.Principal ?? raw.NotPrincipal, policy);
  if (raw.Principal !== undefined) {
    return (principal) => namedBy(element, principal);
  }
  if (effect === 'Allow') {
    throw new PolicyProblem(policy, 'NotPrincipal with Allow would let in everybody else, also without an account; the local AWS refuses it');
  }
  return (principal) => (sparedBy(element, principal) ? undefined : 'everyone');
}

function statementOf(raw: unknown, index: number, kind: PolicyKind, policy: string, variables: boolean): Statement {
  if (!isRecord(raw)) {
    throw new PolicyProblem(policy, `statement ${index + 1} is no object`);
  }
  const strange = Object.keys(raw).find((name) => !ELEMENTS.has(name));
  if (strange !== undefined) {
    throw new PolicyProblem(policy, `statement ${index + 1} has the element ${strange}, which IAM does not have`);
  }
  const effect = raw.Effect;
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new PolicyProblem(policy, `statement ${index + 1} has the Effect ${JSON.stringify(effect)}`);
  }
  exactlyOne(raw, 'Action', 'NotAction', false, policy);
  exactlyOne(raw, 'Resource', 'NotResource', kind === 'resource', policy);
  const actions = texts(raw.Action, 'Action', policy);
  const findAction = actionFinder(raw.Action === undefined ? texts(raw.NotAction, 'NotAction', policy) : actions);
  const resources = texts(raw.Resource, 'Resource', policy);
  const templates = (raw.Resource === undefined ? texts(raw.NotResource, 'NotResource', policy) : resources).map((text) => templateOf(text, policy, variables));
  const findResource = resourceFinder(templates, policy);
  const conditions = conditionsOf(raw.Condition, policy, variables);
  const named = principalRule(raw, kind, effect, policy);
  const fitsAction = (action: string): boolean => (findAction(action) >= 0) === (raw.Action !== undefined);
  const fitsResource = (request: AccessRequest): boolean => templates.length === 0 || (findResource(request) >= 0) === (raw.NotResource === undefined);
  return {
    id: typeof raw.Sid === 'string' && raw.Sid !== '' ? raw.Sid : `statement ${index + 1}`,
    policy,
    effect,
    actions,
    resources,
    conditions,
    variables: templates.flatMap(variablesOf),
    actionIndex: (action) => (raw.Action === undefined ? -1 : findAction(action)),
    resourceIndex: (request) => (raw.Resource === undefined ? -1 : findResource(request)),
    applies(request) {
      const how = fitsAction(request.action) ? named(request.principal) : undefined;
      return how !== undefined && fitsResource(request) && conditions.every((condition) => condition.holds(request.context)) ? how : undefined;
    },
  };
}

/**
 * Compiles a policy document.
 *
 * @param document JSON text or the object that it says
 * @param name what the policy is called in messages
 * @throws PolicyProblem for whatever IAM does not have, or the local AWS does not know
 */
export function compilePolicy(document: unknown, name: string, kind: PolicyKind): Policy {
  let parsed: unknown = document;
  if (typeof document === 'string') {
    try {
      parsed = JSON.parse(document);
    } catch (error) {
      throw new PolicyProblem(name, `the policy is no JSON: ${(error as Error).message}`);
    }
  }
  if (!isRecord(parsed) || parsed.Statement === undefined) {
    throw new PolicyProblem(name, 'the policy has no Statement');
  }
  const strange = Object.keys(parsed).find((element) => !TOP.has(element));
  if (strange !== undefined || !VERSIONS.has(parsed.Version)) {
    throw new PolicyProblem(name, strange === undefined ? `the Version ${JSON.stringify(parsed.Version)} does not exist` : `the policy has the element ${strange}`);
  }
  const statements = Array.isArray(parsed.Statement) ? parsed.Statement as unknown[] : [parsed.Statement];
  return { name, statements: statements.map((raw, index) => statementOf(raw, index, kind, name, parsed.Version === '2012-10-17')) };
}
