/**
 * Reads the operation and shape schemas that AWS SDK packages export (`CreateEndpoint$`, `CreateEndpointInput$` ...).
 *
 * The packed arrays are an internal form of the SDK, so this file alone knows their layout; a unit test holds it to one known shape of each kind.
 */

export type TimestampFormat = 'default' | 'date-time' | 'http-date' | 'epoch-seconds';

/** Where a member travels on the wire; empty for the body. */
export interface Traits {
  readonly httpLabel?: boolean;
  readonly httpPayload?: boolean;
  readonly httpResponseCode?: boolean;
  readonly httpQueryParams?: boolean;
  readonly httpQuery?: string;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
}

export interface Member {
  readonly traits: Traits;
  readonly shape: Shape;
}

export type Shape =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'blob' | 'document' }
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat }
  | { readonly kind: 'list'; readonly member: () => Member }
  | { readonly kind: 'map'; readonly value: () => Member }
  | StructureShape;

export interface StructureShape {
  readonly kind: 'structure' | 'union';
  readonly name: string;
  readonly members: ReadonlyMap<string, () => Member>;
  readonly required: readonly string[];
}

export interface OperationSchema {
  readonly name: string;
  readonly http?: { readonly method: string; readonly uri: string; readonly status: number };
  readonly input: StructureShape;
  readonly output: StructureShape;
}

/** What an error's schema adds to its code. */
export interface ErrorSchema {
  readonly shapeName: string;
  readonly queryCode: string;
  readonly status?: number;
}

type Packed = readonly unknown[];

const EMPTY: StructureShape = { kind: 'structure', name: 'Unit', members: new Map(), required: [] };
const LIST_FLAG = 64;
const MAP_FLAG = 128;
const SIMPLE: Readonly<Record<number, Shape>> = {
  0: { kind: 'string' },
  1: { kind: 'number' },
  2: { kind: 'boolean' },
  4: { kind: 'timestamp', format: 'default' },
  5: { kind: 'timestamp', format: 'date-time' },
  6: { kind: 'timestamp', format: 'http-date' },
  7: { kind: 'timestamp', format: 'epoch-seconds' },
  15: { kind: 'document' },
  17: { kind: 'number' },
  19: { kind: 'number' },
  21: { kind: 'blob' },
  42: { kind: 'blob' },
};
const TRAIT_BITS: readonly (keyof Traits | undefined)[] = [
  'httpLabel', undefined, undefined, undefined, 'httpPayload', 'httpResponseCode', 'httpQueryParams',
];

function traitsOf(packed: unknown): Traits {
  if (typeof packed === 'number') {
    return Object.fromEntries(TRAIT_BITS.flatMap((name, bit) => (name !== undefined && (packed >> bit) & 1 ? [[name, true]] : [])));
  }
  return typeof packed === 'object' && packed !== null ? packed : {};
}

const shapes = new WeakMap<Packed, Shape>();

function structure(packed: Packed): StructureShape {
  const names = (packed[4] ?? []) as readonly string[];
  const members = (packed[5] ?? []) as readonly unknown[];
  return {
    kind: packed[0] === 4 ? 'union' : 'structure',
    name: String(packed[2]),
    members: new Map(names.map((name, index) => [name, () => memberOf(members[index])])),
    required: names.slice(0, typeof packed[6] === 'number' ? packed[6] : 0),
  };
}

function shapeOfPacked(packed: Packed): Shape {
  const known = shapes.get(packed);
  if (known !== undefined) {
    return known;
  }
  const made = ((): Shape => {
    switch (packed[0]) {
      case 0: return memberOf(packed[4]).shape;
      case 1: return { kind: 'list', member: () => memberOf(packed[4]) };
      case 2: return { kind: 'map', value: () => memberOf(packed[5]) };
      case 3: case 4: case -3: return structure(packed);
      default: throw new Error(`schema of the AWS SDK has an unknown layout: ${JSON.stringify(packed[0])} in ${String(packed[2])}`);
    }
  })();
  shapes.set(packed, made);
  return made;
}

/** Follows references (functions and `[reference, traits]` pairs) down to a shape. */
export function memberOf(reference: unknown): Member {
  let traits: Traits = {};
  let current = reference;
  for (;;) {
    if (typeof current === 'function') {
      current = (current as () => unknown)();
    } else if (Array.isArray(current) && current.length === 2) {
      traits = { ...traits, ...traitsOf(current[1]) };
      current = current[0];
    } else {
      break;
    }
  }
  if (typeof current === 'number') {
    return { traits, shape: simple(current) };
  }
  if (!Array.isArray(current)) {
    return { traits, shape: EMPTY };
  }
  return { traits, shape: shapeOfPacked(current as Packed) };
}

function simple(code: number): Shape {
  if (code >= MAP_FLAG) {
    return { kind: 'map', value: () => memberOf(code - MAP_FLAG) };
  }
  if (code >= LIST_FLAG) {
    return { kind: 'list', member: () => memberOf(code - LIST_FLAG) };
  }
  const shape = SIMPLE[code];
  if (shape === undefined) {
    throw new Error(`schema of the AWS SDK has an unknown simple type: ${code}`);
  }
  return shape;
}

const structureOf = (reference: unknown): StructureShape => {
  const { shape } = memberOf(reference);
  return shape.kind === 'structure' || shape.kind === 'union' ? shape : EMPTY;
};

export type SdkModule = Readonly<Record<string, unknown>>;

const operations = new WeakMap<SdkModule, Map<string, OperationSchema>>();

/** All operations of an SDK package, by name. */
export function operationsOf(sdk: SdkModule): ReadonlyMap<string, OperationSchema> {
  const known = operations.get(sdk);
  if (known !== undefined) {
    return known;
  }
  const found = new Map<string, OperationSchema>();
  for (const [exported, value] of Object.entries(sdk)) {
    if (exported.endsWith('$') && Array.isArray(value) && value[0] === 9) {
      const packed = value as Packed;
      const http = (traitsOf(packed[3]) as { http?: readonly [string, string, number] }).http;
      const name = String(packed[2]);
      found.set(name, {
        name,
        http: http && { method: http[0], uri: http[1], status: http[2] },
        get input() { return structureOf(packed[4]); },
        get output() { return structureOf(packed[5]); },
      });
    }
  }
  operations.set(sdk, found);
  return found;
}

/** The schema of an error by its shape name or query code. */
export function errorOf(sdk: SdkModule, code: string): ErrorSchema {
  for (const [exported, value] of Object.entries(sdk)) {
    if (exported.endsWith('$') && Array.isArray(value) && value[0] === -3) {
      const traits = traitsOf(value[3]) as { awsQueryError?: readonly [string, number]; httpError?: number };
      const shapeName = String(value[2]);
      if (shapeName === code || traits.awsQueryError?.[0] === code) {
        return { shapeName, queryCode: traits.awsQueryError?.[0] ?? shapeName, status: traits.httpError };
      }
    }
  }
  return { shapeName: code, queryCode: code };
}
