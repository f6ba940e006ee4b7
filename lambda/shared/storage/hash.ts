import { createHash } from 'node:crypto';

/** SHA-256 in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * JSON with sorted keys and without white space: equal values have equal text, so that the text can be hashed. Members that are `undefined` are left out.
 *
 * @throws Error when a number is not finite, since JSON would turn it into `null` without a word.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value, '$'));
}

function sorted(value: unknown, path: string): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Error(`${path} is ${value}, which JSON cannot hold; record it as not measured`);
  }
  if (Array.isArray(value)) {
    return value.map((element, index) => sorted(element, `${path}[${index}]`));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    // Code unit order, as in RFC 8785: a locale must not change a digest.
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member, `${path}.${key}`)]));
  }
  return value;
}
