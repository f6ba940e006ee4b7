import type { ProblemType } from '../../../lambda/shared/project/contract';
import type { ColumnSchema, DataSchema } from '../../../lambda/shared/schema/contract';
import { soundsSensitive } from '../../../lambda/shared/schema/sensitive';
import { identifier, literal } from '../../../lambda/shared/tables/duckdb';
import { counted, list } from '../../../lambda/shared/words';
import { ScaffoldError } from '../errors';
import { columnFacts } from './column-facts';
import { type Column, columnOf, type Overrides, overridden } from './columns';
import { type Target, targetOf } from './problem';
import { columnNamed, entityOf, isIdentifier, orderOf, recordIdOf, type Role } from './roles';
import { LEAST_ROWS, type Table, TEXTS } from './table';

export interface Wishes {
  readonly target: string;
  readonly recordId?: string;
  readonly order?: string;
  readonly problemType?: ProblemType;
  readonly overrides?: Overrides;
}

/** A column that is no feature, and why. */
export interface LeftOut {
  readonly name: string;
  readonly because: string;
}

/** Everything that the file tells about the project. */
export interface Draft {
  readonly table: Table;
  /** Rows with a target. */
  readonly rows: number;
  readonly schema: DataSchema;
  readonly target: Target;
  readonly recordId: Role;
  readonly order?: Role;
  readonly entity?: Role;
  readonly leftOut: readonly LeftOut[];
  /** Features whose names sound like something that the law protects. */
  readonly sensitive: readonly string[];
  /** Rows of each group that fairness compares, by the name of a sensitive feature: of each value, or quarters of the rows. */
  readonly groups: Readonly<Record<string, readonly number[]>>;
  /** What differs between the file and the delivery that the schema describes; empty where the file is one. */
  readonly changes: readonly string[];
  /** The delivery, as a query over the texts table. */
  readonly delivery: string;
}

/**
 * Infers schema and problem of a table.
 *
 * @param now for dates in the future
 * @throws ScaffoldError naming what is missing or can't be.
 */
export async function draftOf(table: Table, wishes: Wishes, now: Date): Promise<Draft> {
  const columns: Column[] = [];
  for (const info of table.columns) {
    columns.push(overridden(columnOf(await columnFacts(table, info)), wishes.overrides ?? {}));
  }
  const target = targetOf(columnNamed(columns, wishes.target, '--target'), wishes.problemType);
  const others = columns.filter((column) => column !== target.column);
  const recordId = recordIdOf(table, others, wishes.recordId);
  const withoutId = others.filter((column) => column !== recordId.column);
  const order = orderOf(withoutId, wishes.order, now.getTime() / 1000);
  const withoutOrder = withoutId.filter((column) => column !== order?.column);
  const entity = entityOf(withoutOrder);
  const rest = withoutOrder.filter((column) => column !== entity?.column);
  const features = rest.filter((column) => column.schema !== undefined && !isIdentifier(column));
  if (features.length === 0) {
    throw new ScaffoldError(`${table.name} has no column that can be a feature beside the target ${target.column.name}: ${list(rest.map(({ name, unusable }) => `${name} (${unusable ?? 'an identifier'})`)) || 'there is no other column'}`);
  }
  const leftOut = rest.filter((column) => !features.includes(column)).map(({ name, unusable }) => ({ name, because: unusable ?? 'it names something rather than telling a property of it' }));
  const used = [recordId.column, { name: target.column.name, changes: target.changes }, order?.column, entity?.column, ...features].filter((column) => column !== undefined);
  const schemas = features.map(({ schema }) => schema as ColumnSchema);
  const schema: DataSchema = {
    version: '1',
    recordId: recordId.schema,
    target: target.schema,
    ...(order !== undefined && { order: order.schema }),
    ...(entity !== undefined && { entity: entity.schema }),
    features: schemas,
    ...withoutLeftOut(leftOut),
  };
  const delivered = [
    { name: recordId.schema.name, sql: recordId.sql },
    ...(entity === undefined ? [] : [{ name: entity.schema.name, sql: entity.sql }]),
    ...(order === undefined ? [] : [{ name: order.schema.name, sql: order.sql }]),
    ...features,
    { name: target.column.name, sql: target.sql },
  ];
  const rows = await labelledRows(table, target);
  const unlabelled = table.rows - rows;
  return {
    table, rows, schema, target, recordId, leftOut,
    ...(order !== undefined && { order }),
    ...(entity !== undefined && { entity }),
    groups: Object.fromEntries(features.filter(({ schema: column }) => column?.sensitive === true).map((column) => [column.name, groupsOf(column)])),
    sensitive: schemas.filter(({ sensitive }) => sensitive === true).map(({ name }) => name),
    changes: [
      ...table.faults,
      ...(recordId.column === undefined ? [`${recordId.schema.name}: ${recordId.because}`] : []),
      ...leftOut.filter(isPersonal).map(({ name }) => `${name} goes: it is no feature and sounds personal`),
      ...used.flatMap(({ name, changes }) => changes.map((change) => `${name}: ${change}`)),
      ...(unlabelled > 0 ? [`${counted(unlabelled, 'row')} without ${target.column.name} ${unlabelled === 1 ? 'goes' : 'go'}: nothing can be learned from them`] : []),
    ],
    delivery: `SELECT ${delivered.map(({ name, sql }) => `${sql} AS ${identifier(name)}`).join(',\n  ')}\nFROM ${TEXTS}\nWHERE (${target.sql}) IS NOT NULL`,
  };
}

const groupsOf = ({ schema, facts }: Column): readonly number[] =>
  schema?.domain !== undefined || schema?.type === 'boolean' ? (facts.values ?? []).map(({ n }) => n) : Array.from({ length: 4 }, () => facts.present / 4);

async function labelledRows(table: Table, { sql, column: { name } }: Target): Promise<number> {
  const { n } = await table.database.row<{ n: number }>(`SELECT count(*) AS n FROM ${TEXTS} WHERE (${sql}) IS NOT NULL`);
  if (n < LEAST_ROWS) {
    throw new ScaffoldError(`${counted(n, 'row')} of ${table.name} have a value of the target ${name}; at least ${LEAST_ROWS} are needed to propose thresholds and to pass the data gate`);
  }
  return n;
}

const isPersonal = ({ name }: LeftOut): boolean => soundsSensitive({ name });

/** What is left out may come and is passed over; what names a person and is of no use must not even come. */
function withoutLeftOut(leftOut: readonly LeftOut[]): Pick<DataSchema, 'forbidden' | 'ignored'> {
  const names = (wanted: boolean): string[] => leftOut.filter((column) => isPersonal(column) === wanted).map(({ name }) => name);
  const [forbidden, ignored] = [names(true), names(false)];
  return { ...(forbidden.length > 0 && { forbidden }), ...(ignored.length > 0 && { ignored }) };
}

/** Writes the delivery as a Parquet file. @param path within the database's folder */
export async function writeDelivery({ table, delivery }: Draft, path: string): Promise<void> {
  await table.database.run(`COPY (${delivery}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`);
}
