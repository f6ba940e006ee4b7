/** References of the pipeline definition language: `Get`, `Std:Join`, `Std:JsonGet`. */

export interface JsonGet {
  /** `Steps.<name>.PropertyFiles.<file>` */
  readonly propertyFile?: string;
  readonly s3Uri?: unknown;
  readonly path: string;
}

export type Reference =
  | { readonly kind: 'get'; readonly path: string }
  | { readonly kind: 'join'; readonly on: string; readonly values: readonly unknown[] }
  | ({ readonly kind: 'jsonGet' } & JsonGet);

type Fields = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a value as a reference; undefined when it is plain data. */
export function asReference(value: unknown): Reference | undefined {
  if (!isRecord(value) || Object.keys(value).length !== 1) {
    return undefined;
  }
  const { Get: path, 'Std:Join': join, 'Std:JsonGet': json } = value;
  if (typeof path === 'string') {
    return { kind: 'get', path };
  }
  if (isRecord(join)) {
    return { kind: 'join', on: String(join.On ?? ''), values: Array.isArray(join.Values) ? join.Values : [] };
  }
  if (isRecord(json)) {
    const file = asReference(json.PropertyFile);
    return { kind: 'jsonGet', propertyFile: file?.kind === 'get' ? file.path : undefined, s3Uri: json.S3Uri, path: String(json.Path ?? '') };
  }
  return undefined;
}

/** Every `Get` path inside a value, those inside joins and property files included. */
export function pathsIn(value: unknown): string[] {
  const reference = asReference(value);
  if (reference?.kind === 'get') {
    return [reference.path];
  }
  if (reference?.kind === 'join') {
    return reference.values.flatMap(pathsIn);
  }
  if (reference?.kind === 'jsonGet') {
    return [...(reference.propertyFile === undefined ? [] : [reference.propertyFile]), ...pathsIn(reference.s3Uri)];
  }
  return isRecord(value) || Array.isArray(value) ? Object.values(value).flatMap(pathsIn) : [];
}

/** Where references stand in a value, in the notation of the request validation (`A.B[0].C`). */
export function referencePlaces(value: unknown, path = ''): string[] {
  if (asReference(value) !== undefined) {
    return [path];
  }
  if (Array.isArray(value)) {
    return value.flatMap((element, index) => referencePlaces(element, `${path}[${index}]`));
  }
  return isRecord(value) ? Object.entries(value).flatMap(([name, element]) => referencePlaces(element, path === '' ? name : `${path}.${name}`)) : [];
}

/** Splits `A.B['c d'][0].E` into its parts. */
export function splitPath(path: string): (string | number)[] {
  const parts: (string | number)[] = [];
  const pattern = /(?:^|\.)([^.[\]]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/gy;
  let end = 0;
  for (let match = pattern.exec(path); match !== null; match = pattern.exec(path)) {
    parts.push(match[4] === undefined ? String(match[1] ?? match[2] ?? match[3]) : Number(match[4]));
    end = pattern.lastIndex;
  }
  if (end !== path.length || parts.length === 0) {
    throw new Error(`the path ${JSON.stringify(path)} cannot be read`);
  }
  return parts;
}

/** Members by which SageMaker's lists are addressed with a name. */
const KEY_MEMBERS = ['OutputName', 'InputName', 'ChannelName', 'VariantName', 'Name'];

/** Follows a path through data; `undefined` when something on the way is missing. */
export function follow(value: unknown, parts: readonly (string | number)[]): unknown {
  return parts.reduce<unknown>((current, part) => {
    if (Array.isArray(current)) {
      const named = (element: unknown): boolean => isRecord(element) && KEY_MEMBERS.some((member) => element[member] === part);
      return typeof part === 'number' ? current[part] : current.find(named);
    }
    return isRecord(current) ? current[String(part)] : undefined;
  }, value);
}

/** What references can reach while an execution runs. */
export interface Scope {
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly execution: Readonly<Record<string, string | undefined>>;
  /** Description of a step that has ended. */
  step(name: string): unknown;
  /** Text of the property file `file` that the step wrote. */
  propertyFile(step: string, file: string): Promise<string>;
  object(uri: string): Promise<string>;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function get(path: string, scope: Scope): unknown {
  const [root, name, ...rest] = splitPath(path);
  const roots: Readonly<Record<string, () => unknown>> = {
    Parameters: () => scope.parameters[String(name)],
    Execution: () => scope.execution[String(name)],
    Steps: () => follow(scope.step(String(name)), rest),
  };
  const value = roots[String(root)]?.();
  if (value === undefined) {
    throw new Error(`the reference ${path} has no value`);
  }
  return value;
}

async function jsonGet(reference: JsonGet, scope: Scope): Promise<unknown> {
  const [, step, , file] = reference.propertyFile === undefined ? [] : splitPath(reference.propertyFile);
  const source = reference.propertyFile ?? textOf(await resolve(reference.s3Uri, scope));
  const text = reference.propertyFile === undefined ? await scope.object(source) : await scope.propertyFile(String(step), String(file));
  const value = follow(JSON.parse(text), splitPath(reference.path));
  if (value === undefined) {
    throw new Error(`${source} has nothing at the path ${JSON.stringify(reference.path)}`);
  }
  return value;
}

/** Replaces every reference in a value by what it refers to. */
export async function resolve(value: unknown, scope: Scope): Promise<unknown> {
  const reference = asReference(value);
  if (reference?.kind === 'get') {
    return get(reference.path, scope);
  }
  if (reference?.kind === 'join') {
    const parts = await Promise.all(reference.values.map((part) => resolve(part, scope)));
    return parts.map(textOf).join(reference.on);
  }
  if (reference?.kind === 'jsonGet') {
    return jsonGet(reference, scope);
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map((element) => resolve(element, scope)));
  }
  if (isRecord(value)) {
    const entries = await Promise.all(Object.entries(value).map(async ([name, element]) => [name, await resolve(element, scope)] as const));
    return Object.fromEntries(entries);
  }
  return value;
}
