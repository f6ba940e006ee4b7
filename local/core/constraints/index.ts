import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceError } from '../service';
import { Checks, type ShapeRow, type Violation } from './checks';

/** Content of `<service>.json`, written by `generate.py`. */
export interface ConstraintTable {
  /** Package, its version and the version of the service's model. */
  readonly source: string;
  /** Operations for which the table was made, bounded or not. */
  readonly answered: readonly string[];
  /** Input shape by operation. */
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, ShapeRow>>;
}

interface Loaded {
  readonly table: ConstraintTable;
  readonly checks: Checks;
}

const loaded = new Map<string, Loaded | undefined>();

/** Services whose common errors say `ValidationError`; the others say `ValidationException`. */
const QUERY_SERVICES: readonly string[] = ['cloudformation', 'monitoring', 'sts'];

function load(service: string): Loaded | undefined {
  if (!loaded.has(service)) {
    const file = join(__dirname, `${service}.json`);
    const table = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ConstraintTable) : undefined;
    loaded.set(service, table && { table, checks: new Checks(table.shapes) });
  }
  return loaded.get(service);
}

/** The table of a service by its signing name; `undefined` when there is none. */
export const constraintTable = (service: string): ConstraintTable | undefined => load(service)?.table;

const sentence = ({ path, value, constraint }: Violation): string =>
  `Value ${value === undefined ? '' : `'${value}' `}at '${path.join('.')}' failed to satisfy constraint: ${constraint}`;

/** What is wrong with patterns, lengths, enumerations and bounds of an input whose types are right, each as AWS words it. */
export function violationsOf(service: string, operation: string, input: unknown): string[] {
  const found = load(service);
  const shape = found?.table.operations[operation];
  return found === undefined || shape === undefined ? [] : (found.checks.of(shape)(input) ?? []).map(sentence);
}

/** @throws ServiceError `ValidationException` (`ValidationError` of the query services) that names every violation. */
export function assertWithinConstraints(service: string, operation: string, input: unknown): void {
  const found = violationsOf(service, operation, input);
  if (found.length > 0) {
    const count = `${found.length} validation error${found.length === 1 ? '' : 's'} detected`;
    throw new ServiceError(QUERY_SERVICES.includes(service) ? 'ValidationError' : 'ValidationException', `${count}: ${found.join('; ')}`);
  }
}
