import type { Value, Values } from './template';

/** How a change of a property is carried out. */
export type Effect =
  /** In place. */
  | 'update'
  /** By a new resource. */
  | 'replace'
  /** Accepted and recorded; nothing on the local AWS depends on it. */
  | 'inert';

/** What a change of each property means; a type without behaviour accepts any property. */
export type PropertyEffects = Readonly<Record<string, Effect>> | 'anything';

export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) {
    return true;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return false;
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((element: Value, index) => equal(element, b[index] as Value));
  }
  const [left, right] = [a as Values, b as Values];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && equal(left[key], right[key]));
}

/** Names of the properties that differ. */
export const changedProperties = (before: Values, after: Values): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !equal(before[name], after[name]));

/** What a set of changed properties means for a resource. */
export function effectOf(effects: PropertyEffects, changed: readonly string[], canUpdate: boolean): Effect {
  const found = new Set(effects === 'anything' ? [] : changed.map((name) => effects[name] ?? 'replace'));
  if (found.has('replace') || (found.has('update') && !canUpdate)) {
    return 'replace';
  }
  return found.has('update') ? 'update' : 'inert';
}
