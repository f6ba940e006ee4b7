import { compilePattern } from './pattern';

/** A shape of a table: what its own value must be, and which shapes its members have. Shapes without a bound anywhere below are left out. */
export interface ShapeRow {
  /** Least length, number of elements, or number. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** The value is not repeated in messages. */
  readonly sensitive?: boolean;
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
}

/** One thing that is wrong. */
export interface Violation {
  /** Members below the input, outermost first, as AWS spells them in messages. */
  readonly path: readonly string[];
  /** As text; `undefined` for what must not be repeated. */
  readonly value?: string;
  readonly constraint: string;
}

/** What is wrong with a value; `undefined` when nothing is, so that a good call costs no list. */
export type Check = (value: unknown) => readonly Violation[] | undefined;

interface Bound {
  readonly holds: (value: unknown) => boolean;
  readonly says: (value: unknown) => string;
}

const VALUE_LIMIT = 1024;

function sizeOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.length;
  }
  if (Array.isArray(value) || value instanceof Uint8Array) {
    return value.length;
  }
  return typeof value === 'object' && value !== null ? Object.keys(value).length : Number(value);
}

const amountOf = (value: unknown): string => (typeof value === 'number' ? 'value' : 'length');

function shown(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(shown).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    return `{${Object.entries(value).map(([key, element]) => `${key}=${shown(element)}`).join(', ')}}`;
  }
  return String(value);
}

const textOf = (value: unknown): string => {
  const text = shown(value);
  return text.length > VALUE_LIMIT ? `${text.slice(0, VALUE_LIMIT)}...` : text;
};

/** In AWS's words. */
function boundsOf({ min, max, pattern, enum: allowed }: ShapeRow): Bound[] {
  const bounds: Bound[] = [];
  if (allowed !== undefined) {
    const set = new Set<unknown>(allowed);
    bounds.push({ holds: (value) => set.has(value), says: () => `Member must satisfy enum value set: [${allowed.join(', ')}]` });
  }
  if (max !== undefined) {
    bounds.push({ holds: (value) => sizeOf(value) <= max, says: (value) => `Member must have ${amountOf(value)} less than or equal to ${max}` });
  }
  if (min !== undefined) {
    bounds.push({ holds: (value) => sizeOf(value) >= min, says: (value) => `Member must have ${amountOf(value)} greater than or equal to ${min}` });
  }
  if (pattern !== undefined) {
    const compiled = compilePattern(pattern);
    bounds.push({ holds: (value) => compiled.test(String(value)), says: () => `Member must satisfy regular expression pattern: ${pattern}` });
  }
  return bounds;
}

const says = (row: ShapeRow, value: unknown): string => boundsOf(row).map((bound) => bound.says(value)).join(', ');

const visible = (row: ShapeRow, value: unknown): string | undefined => (row.sensitive === true ? undefined : textOf(value));
const lowerFirst = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Checks of the shapes of one table, each made when it is first needed: shapes may refer to themselves. */
export class Checks {
  private readonly made = new Map<string, Check>();

  constructor(private readonly shapes: Readonly<Record<string, ShapeRow>>) {}

  of(name: string): Check {
    const known = this.made.get(name);
    if (known !== undefined) {
      return known;
    }
    let check: Check | undefined;
    this.made.set(name, (value) => check?.(value));
    check = this.make(this.shapes[name] ?? {});
    this.made.set(name, check);
    return check;
  }

  private make(row: ShapeRow): Check {
    const parts = [this.own(row), this.members(row), this.elements(row), this.entries(row)].filter((part) => part !== undefined);
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) {
      return only;
    }
    return (value) => {
      const found = parts.flatMap((part) => part(value) ?? []);
      return found.length === 0 ? undefined : found;
    };
  }

  private own(row: ShapeRow): Check | undefined {
    const bounds = boundsOf(row);
    if (bounds.length === 0) {
      return undefined;
    }
    return (value) => {
      const broken = bounds.filter(({ holds }) => !holds(value));
      return broken.length === 0 ? undefined : broken.map((bound) => ({ path: [], value: visible(row, value), constraint: bound.says(value) }));
    };
  }

  private members({ members }: ShapeRow): Check | undefined {
    if (members === undefined) {
      return undefined;
    }
    const checks = Object.entries(members).map(([name, shape]) => [name, this.of(shape)] as const);
    return (value) => {
      let found: Violation[] | undefined;
      for (const [name, check] of checks) {
        const member = (value as Readonly<Record<string, unknown>>)[name];
        const broken = member === undefined || member === null ? undefined : check(member);
        if (broken !== undefined) {
          found = [...(found ?? []), ...broken.map((one) => ({ ...one, path: [lowerFirst(name), ...one.path] }))];
        }
      }
      return found;
    };
  }

  /** Of a list. Wrong scalars are told with the whole list, wrong structures with their place in it. */
  private elements({ member }: ShapeRow): Check | undefined {
    if (member === undefined) {
      return undefined;
    }
    const check = this.of(member);
    const row = this.shapes[member] ?? {};
    return (value) => {
      let found: Violation[] | undefined;
      for (const [index, element] of (value as readonly unknown[]).entries()) {
        const broken = element === undefined || element === null ? undefined : check(element);
        if (broken === undefined) {
          continue;
        }
        if (!isContainer(element)) {
          return [{ path: [], value: visible(row, value), constraint: `Member must satisfy constraint: [${says(row, element)}]` }];
        }
        found = [...(found ?? []), ...broken.map((one) => ({ ...one, path: [String(index + 1), 'member', ...one.path] }))];
      }
      return found;
    };
  }

  private entries({ key, value: valueName }: ShapeRow): Check | undefined {
    if (key === undefined && valueName === undefined) {
      return undefined;
    }
    const keyRow = this.shapes[key ?? ''] ?? {};
    const valueRow = this.shapes[valueName ?? ''] ?? {};
    const [checkKey, checkValue] = [key === undefined ? undefined : this.of(key), valueName === undefined ? undefined : this.of(valueName)];
    return (map) => {
      for (const [name, element] of Object.entries(map as object)) {
        if (checkKey?.(name) !== undefined) {
          return [{ path: [], value: textOf(map), constraint: `Map keys must satisfy constraint: [${says(keyRow, name)}]` }];
        }
        const broken = element === undefined || element === null ? undefined : checkValue?.(element);
        if (broken !== undefined) {
          return isContainer(element)
            ? broken.map((one) => ({ ...one, path: [name, 'member', ...one.path] }))
            : [{ path: [], value: visible(valueRow, map), constraint: `Map value must satisfy constraint: [${says(valueRow, element)}]` }];
        }
      }
      return undefined;
    };
  }
}
