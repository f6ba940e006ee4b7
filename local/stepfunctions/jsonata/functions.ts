import { createHash, randomUUID } from 'node:crypto';

/** Functions that Step Functions adds to JSONata, with their JSONata signatures. */
export interface AddedFunction {
  readonly signature: string;
  readonly implementation: (...args: never[]) => unknown;
}

const HASHES: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };
/** AWS refuses a range of more elements. */
const RANGE_LIMIT = 360_145;

function partition(array: readonly unknown[], size?: number): unknown {
  const length = Math.trunc(size ?? 0);
  if (length <= 0 || array.length === 0) {
    return undefined;
  }
  const chunks: unknown[][] = [];
  for (let start = 0; start < array.length; start += length) {
    chunks.push(array.slice(start, start + length));
  }
  return chunks;
}

/** Inclusive; one element comes back bare, none as nothing, as JSONata sequences do. */
function range(start: number, end: number, step?: number): unknown {
  const [from, to, by] = [Math.trunc(start), Math.trunc(end), Math.trunc(step ?? 0)];
  const count = by === 0 ? 0 : Math.floor((to - from) / by) + 1;
  if (count <= 0) {
    return undefined;
  }
  if (count > RANGE_LIMIT) {
    throw new Error('Expression evaluation memory limit exceeded: Check for excessive memory usage');
  }
  return count === 1 ? from : Array.from({ length: count }, (_, index) => from + index * by);
}

function hash(text: string, algorithm?: string): string | undefined {
  if (algorithm === undefined) {
    return undefined;
  }
  const name = HASHES[algorithm];
  if (name === undefined) {
    throw new Error(`$hash: algorithm ${JSON.stringify(algorithm)} is none of ${Object.keys(HASHES).join(', ')}`);
  }
  return createHash(name).update(text).digest('hex');
}

/** Same seed, same number (mulberry32). */
function random(seed?: number): number {
  if (seed === undefined) {
    return Math.random();
  }
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296;
}

export const FUNCTIONS: Readonly<Record<string, AddedFunction>> = {
  partition: { signature: '<an?:x>', implementation: partition },
  range: { signature: '<nnn?:x>', implementation: range },
  hash: { signature: '<ss?:s>', implementation: hash },
  random: { signature: '<n?:n>', implementation: random },
  uuid: { signature: '<:s>', implementation: () => randomUUID() },
  parse: { signature: '<s?:x>', implementation: (text?: string) => (text === undefined ? undefined : JSON.parse(text) as unknown) },
};
