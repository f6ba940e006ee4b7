import { categories, describe, isCategorical } from '../shared/profile/profile';
import type { ModelProjectData } from '../shared/project/contract';
import { expectedColumns, FIRST_FEATURE_INDEX, PROBLEMS, RECORD_ID_INDEX } from '../shared/schema/columns';
import type { ColumnSchema, DataSchema } from '../shared/schema/contract';
import * as sql from '../shared/schema/queries';
import { isNumeric } from '../shared/schema/values';
import type { Database } from '../shared/tables/duckdb';
import type { TableFile } from '../shared/tables/files';
import { joinCounts } from './counts';
import type { ColumnFacts, FeaturePower, FileFacts, Frequency, RepeatFacts, RuleFacts, SnapshotFacts } from './facts';
import { binsFor, type ClassCell, classPower, LEAST_ROWS, type TargetCell, targetPower } from './power';
import { oneRow, type SnapshotSource } from './source';
import { type StagedFile, stageFiles } from './stage';

/** Record ids shown of each problem. */
const EXAMPLES = 3;
/** Categories that are counted of a column; more are an id, a name or a text. */
export const MOST_FREQUENT = 1000;
export const BUCKETS = 10;
/** Where there are more rows, what needs them all at once looks at a sample of about as many. */
const SAMPLE_FROM = 200_000;
const SAMPLE_ROWS = 50_000;

interface Sample {
  readonly relation: string;
  /** About. */
  readonly rows: number;
}

async function takeSample(source: SnapshotSource, rows: number): Promise<Sample> {
  const parts = rows > SAMPLE_FROM ? Math.ceil(rows / SAMPLE_ROWS) : 1;
  return { relation: await source.sample(parts), rows: rows / parts };
}

/** Reads every file and counts; malformed input is a finding, never an error. */
export async function collectFacts(database: Database, found: readonly TableFile[], project: ModelProjectData, now: Date): Promise<SnapshotFacts> {
  const { schema } = project;
  const { source, files, unreadable } = await stageFiles(database, found, schema, now.getTime() / 1000);
  const columns = expectedColumns(schema).map((column, index) =>
    joinCounts(column, files.filter(({ present }) => present.has(column.name)).flatMap(({ counts }) => {
      const ofColumn = counts.columns[index];
      return ofColumn === undefined ? [] : [{ rows: counts.rows, counts: ofColumn }];
    })),
  );
  const rows = files.reduce((sum, { counts }) => sum + counts.rows, 0);
  const content = files.length === 0 ? NOTHING(schema) : await collectContent(source, columns, rows, project);
  return { rows, files: files.map((file) => fileFacts(file, expectedColumns(schema), schema.ignored)), unreadable, columns, ...content };
}

/** Of a snapshot that could not even be read, with the reason. */
export function nothingFound(reason: string, { schema }: ModelProjectData): SnapshotFacts {
  return { rows: 0, files: [], unreadable: [reason], columns: expectedColumns(schema).map((column) => joinCounts(column, [])), ...NOTHING(schema) };
}

type Content = Omit<SnapshotFacts, 'rows' | 'files' | 'unreadable'>;

const NOTHING = (schema: DataSchema): Omit<Content, 'columns'> => ({
  recordIds: { column: schema.recordId.name, present: 0, different: 0, examples: [] }, unique: [], differentRows: 0, rules: [], profiles: {},
});

/** What the counts of the columns lead to. */
export async function collectContent(source: SnapshotSource, counted: readonly ColumnFacts[], rows: number, project: ModelProjectData): Promise<Content> {
  const { schema } = project;
  const columns = await Promise.all(counted.map(async (facts, index) => ({ ...facts, ...(await examples(source, index, facts)), ...(await distribution(source, index, facts)) })));
  const sample = await takeSample(source, rows);
  const unique = counted.flatMap(({ column }, index) => (column.unique === true && index !== RECORD_ID_INDEX ? [index] : []));
  const { different } = await oneRow<{ different: number }>(source, sql.differentRowsQuery(schema, source.relation, source.dialect));
  return {
    columns,
    recordIds: await repeats(source, RECORD_ID_INDEX, schema.recordId),
    unique: await Promise.all(unique.map(async (index) => repeats(source, index, expectedColumns(schema)[index] ?? schema.recordId))),
    differentRows: Number(different),
    rules: await rules(source, schema),
    ...(rows >= LEAST_ROWS && { powers: await powers(source, sample, project) }),
    profiles: rows === 0 ? {} : await profiles(source, sample, schema),
  };
}

async function examples(source: SnapshotSource, index: number, { problems }: ColumnFacts): Promise<Pick<ColumnFacts, 'examples'>> {
  const found = await Promise.all(
    PROBLEMS.filter((problem) => problems[problem] > 0).map(async (problem) => [problem, await idsWhere(source, sql.hasProblem(index, problem))] as const),
  );
  return { examples: Object.fromEntries(found) };
}

async function idsWhere({ query, relation }: SnapshotSource, condition: string): Promise<string[]> {
  const rows = await query<{ id: string | null }>(sql.examplesQuery(condition, relation, EXAMPLES));
  return rows.map(({ id }) => (id === null ? 'none' : shortened(id)));
}

const shortened = (id: string): string => (id.length > 40 ? `${id.slice(0, 40)}...` : id);

async function distribution({ query, relation }: SnapshotSource, index: number, { column, numbers, rows, nulls }: ColumnFacts): Promise<Pick<ColumnFacts, 'buckets' | 'frequencies'>> {
  if (index === RECORD_ID_INDEX || rows === nulls) {
    return {};
  }
  if (column.domain === undefined && isNumeric(column)) {
    return numbers === undefined ? {} : { buckets: await buckets(numbers) };
  }
  const frequencies = await query<Frequency>(sql.frequenciesQuery(index, relation, MOST_FREQUENT));
  return {
    frequencies: frequencies.map(({ item, n }) => ({ item: isNumeric(column) ? String(Number(item)) : item, n: Number(n) })),
    ...(numbers !== undefined && { buckets: await buckets(numbers) }),
  };

  async function buckets({ minimum, maximum, count }: NonNullable<ColumnFacts['numbers']>): Promise<number[]> {
    if (minimum === maximum) {
      return Array.from({ length: BUCKETS }, (_, bucket) => (bucket === 0 ? count : 0));
    }
    const found = await query<{ bucket: number; n: number }>(sql.bucketsQuery(index, minimum, maximum, BUCKETS, relation));
    return Array.from({ length: BUCKETS }, (_, bucket) => Number(found.find((row) => Number(row.bucket) === bucket)?.n ?? 0));
  }
}

/** Ids may be shown, since they are keys; the values of another unique column may be personal. */
async function repeats(source: SnapshotSource, index: number, { name }: ColumnSchema): Promise<RepeatFacts> {
  const counts = await oneRow<{ present: number; different: number }>(source, sql.distinctQuery(index, source.relation));
  const [present, different] = [Number(counts.present), Number(counts.different)];
  const shown = present === different || index !== RECORD_ID_INDEX ? [] : await source.query<{ id: string; times: number }>(sql.repeatedQuery(index, source.relation, EXAMPLES));
  return { column: name, present, different, examples: shown.map(({ id, times }) => ({ id: shortened(id), times: Number(times) })) };
}

async function rules(source: SnapshotSource, schema: DataSchema): Promise<RuleFacts[]> {
  const declared = schema.rules ?? [];
  if (declared.length === 0) {
    return [];
  }
  const counts = await oneRow<Record<string, number>>(source, sql.rulesQuery(schema, source.relation));
  return Promise.all(declared.map(async (rule, index) => {
    const broken = Number(counts[`broken${index}`]);
    return { rule, broken, examples: broken === 0 ? [] : await idsWhere(source, sql.violationOf(rule, schema)) };
  }));
}

/** Any text, so that other problem types than those of today can be named. */
const REGRESSION: string = 'regression';

async function powers(source: SnapshotSource, sample: Sample, { schema, declaration }: ModelProjectData): Promise<FeaturePower[]> {
  const bins = binsFor(sample.rows);
  const regression = declaration.problemType === REGRESSION;
  return Promise.all(schema.features.map(async (feature, position): Promise<FeaturePower> => {
    const index = FIRST_FEATURE_INDEX + position;
    if (regression) {
      const cells = await source.query<TargetCell>(sql.targetCellsQuery(index, feature, bins, sample.relation));
      const straight = isNumeric(feature) ? await oneRow<{ r: number | null }>(source, sql.correlationQuery(index, sample.relation)) : { r: null };
      const power = targetPower(cells.map(({ cell, n, mean, squares }) => ({ cell: String(cell), n: Number(n), mean: Number(mean), squares: Number(squares) })));
      return { feature: feature.name, power: Math.max(power, Number.isFinite(Number(straight.r)) ? Number(straight.r) ** 2 : 0) };
    }
    const cells = await source.query<ClassCell>(sql.classCellsQuery(index, feature, bins, sample.relation));
    return { feature: feature.name, power: classPower(cells.map(({ cell, class: name, n }) => ({ cell: String(cell), class: name, n: Number(n) }))) };
  }));
}

/** Profiles of the features, as the reference of a model has them. */
async function profiles(source: SnapshotSource, sample: Sample, { features }: DataSchema): Promise<SnapshotFacts['profiles']> {
  const { n } = await oneRow<{ n: number }>(source, `SELECT count(*) AS n FROM ${sample.relation}`);
  const found = await Promise.all(features.map(async (feature, position) => {
    const index = FIRST_FEATURE_INDEX + position;
    if (isCategorical(feature)) {
      const items = await source.query<Frequency>(sql.frequenciesQuery(index, sample.relation, SAMPLE_FROM));
      return [feature.name, categories(items.map(({ item, n: count }) => [isNumeric(feature) ? String(Number(item)) : item, Number(count)]), Number(n))] as const;
    }
    const histogram = await source.query<{ item: number; n: number }>(sql.histogramQuery(index, sample.relation));
    return [feature.name, describe({ values: histogram.map(({ item }) => Number(item)), counts: histogram.map(({ n: count }) => Number(count)) }, Number(n))] as const;
  }));
  return Object.fromEntries(found);
}

function fileFacts({ file, present, counts }: StagedFile, expected: readonly ColumnSchema[], ignored: readonly string[] = []): FileFacts {
  const names = new Set([...expected.map(({ name }) => name), ...ignored]);
  return {
    name: file.name,
    rows: counts.rows,
    missing: expected.filter(({ name, nullable }) => nullable !== true && !present.has(name)).map(({ name }) => name),
    unexpected: [...present.keys()].filter((name) => !names.has(name)),
    mistyped: expected.flatMap(({ name }, index) => {
      const { present: values = 0, problems } = counts.columns[index] ?? {};
      return values > 0 && problems?.type === values ? [{ name, found: present.get(name) ?? 'other values' }] : [];
    }),
  };
}
