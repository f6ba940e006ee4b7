import { isKnownKey, type RequestContext } from './context';
import { piecesOf, type Piece } from './pattern';
import { PolicyProblem } from './problem';

/** A variable in a policy: `${aws:PrincipalTag/model}`, or `${aws:PrincipalTag/model, 'none'}` with a value for requests that have none. */
interface Variable {
  readonly key: string;
  readonly otherwise?: string;
}

/** Text of a policy with its variables found but not yet filled. */
export interface Template {
  readonly parts: readonly (Piece | Variable)[];
  /** The pieces, where there is nothing to fill. */
  readonly fixed?: readonly Piece[];
}

/** `${*}`, `${?}` and `${$}` stand for these characters themselves. */
const LITERALS: ReadonlySet<string> = new Set(['*', '?', '$']);
const VARIABLE = /\$\{([^}]*)\}/;

function variableOf(text: string, policy: string): Piece | Variable {
  if (LITERALS.has(text)) {
    return { literal: text };
  }
  const match = /^\s*([\w.:/=+@-]+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(text);
  if (match?.[1] === undefined) {
    throw new PolicyProblem(policy, `\${${text}} is no policy variable`);
  }
  return { key: match[1].toLowerCase(), ...(match[2] === undefined ? {} : { otherwise: match[2] }) };
}

/** @param variables whether the policy's version knows variables at all (2012-10-17 does) */
export function templateOf(text: string, policy: string, variables: boolean): Template {
  if (!variables || !VARIABLE.test(text)) {
    const fixed = piecesOf(text);
    return { parts: fixed, fixed };
  }
  const parts = text.split(/(\$\{[^}]*\})/).flatMap((part) => (part.startsWith('${') ? [variableOf(part.slice(2, -1), policy)] : piecesOf(part)));
  return parts.some((part) => 'key' in part) ? { parts } : { parts, fixed: parts as Piece[] };
}

/** Keys of a template's variables. */
export const variablesOf = ({ parts }: Template): string[] => parts.flatMap((part) => ('key' in part ? [part.key] : []));

/**
 * Fills the variables with the values of a request; what they hold is literal, also where it looks like a wildcard.
 *
 * @returns undefined when the request has no single value for one of them: then nothing matches
 * @throws PolicyProblem when nobody here knows the variable
 */
export function fill({ parts, fixed }: Template, context: RequestContext, policy: string): readonly Piece[] | undefined {
  if (fixed !== undefined) {
    return fixed;
  }
  const filled: Piece[] = [];
  for (const part of parts) {
    if (!('key' in part)) {
      filled.push(part);
      continue;
    }
    if (!isKnownKey(part.key)) {
      throw new PolicyProblem(policy, `the policy variable \${${part.key}} is not known to the local AWS`);
    }
    const value = context.get(part.key) ?? part.otherwise;
    if (typeof value !== 'string') {
      return undefined;
    }
    filled.push({ literal: value });
  }
  return filled;
}
