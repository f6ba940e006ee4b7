import { linkSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ColumnSchema, DataSchema, Label, ProblemType } from '../../lambda/shared/contract';
import { Database } from '../../lambda/shared/duckdb';
import { counted, list } from '../../lambda/shared/words';
import { inspectFile, type TableFile } from '../../lambda/shared/tables/files';
import { UnreadableFileError } from '../../lambda/shared/tables/reading';
import { columnOf, kindOf, MOST_CATEGORIES, soundsLikeId, typeOf } from './columns';
import { InferenceError, type InferenceOptions, type InferredProject, type LeftOut } from './contract';
import { proposeData } from './expectations';
import { textFacts, type TextFacts, valuesOf } from './facts';

export * from './contract';

/** Whole numbers with more different values are predicted as numbers. */
const MOST_INTEGER_CLASSES = 10;
/** Labels that count as positive, in lower case. */
const POSITIVE = ['yes', 'true', '1', 'y', 't', 'positive', 'pos'];
/** Name of the record id that data without one get. */
const RECORD_ID = 'record_id';

/**
 * Infers a schema and expectations from training data. What it proposes is what these data meet, with room where the next delivery may differ; people
 * review it.
 *
 * @throws InferenceError when no model could be trained on the data, with the reason.
 */
export async function inferSchema(options: InferenceOptions): Promise<InferredProject> {
  return Database.use(async (database) => {
    const file = await open(database, options.file);
    const facts = await textFacts(database, file).catch((error: unknown) => {
      throw error instanceof UnreadableFileError ? new InferenceError(error.message) : error;
    });
    const rows = facts[0]?.rows ?? 0;
    if (rows === 0) {
      throw new InferenceError(`${basename(options.file)} has no rows`);
    }
    const byName = new Map(facts.map((column) => [column.name, column]));
    const named = (option: string, name: string): TextFacts => {
      const found = byName.get(name);
      if (found === undefined) {
        throw new InferenceError(`--${option} must be a column of ${basename(options.file)}, got ${JSON.stringify(name)}; columns: ${list([...byName.keys()], 40)}`);
      }
      return found;
    };
    const notes: string[] = [];
    const target = await inferTarget(database, file, named('target', options.target), notes);
    const recordId = options.recordId === undefined ? facts.find((column) => column.name !== options.target && isRecordId(column)) : named('record-id', options.recordId);
    const order = options.order === undefined ? guessOrder(facts.filter(({ name }) => name !== options.target && name !== recordId?.name)) : named('order', options.order);
    const { features, leftOut } = await inferFeatures(database, file, facts.filter((column) => ![options.target, recordId?.name, order?.name].includes(column.name)), options);
    if (features.length === 0) {
      throw new InferenceError(`no column of ${basename(options.file)} can be a feature: ${list(leftOut.map(({ name, reason }) => `${name} ${reason}`), 10)}`);
    }
    const schema: DataSchema = {
      version: '1',
      recordId: override(recordId === undefined ? { name: RECORD_ID, type: 'integer', minimum: 0 } : recordIdOf(recordId), options),
      target: override(target.column, options),
      ...(order !== undefined && { order: override(orderOf(order), options) }),
      features,
    };
    notes.push(...choices(schema, recordId === undefined));
    const proposal = await proposeData(database, file, { schema, problemType: target.problemType, positiveLabel: target.positiveLabel });
    const unused = [...leftOut, ...proposal.leftOut];
    return {
      rows, schema: { ...schema, features: proposal.features, ...(unused.length > 0 && { ignored: unused.map(({ name }) => name) }) }, recordIdIsMissing: recordId === undefined, problemType: target.problemType,
      ...(target.positiveLabel !== undefined && { positiveLabel: target.positiveLabel }),
      data: proposal.data, leftOut: unused, notes: [...notes, ...proposal.notes],
    };
  });
}

/** A file within the database's folder, which is the only one that it reads. */
async function open(database: Database, file: string): Promise<TableFile> {
  const path = join(database.folder, 'data');
  try {
    linkSync(resolve(file), path);
  } catch {
    await copyFile(resolve(file), path).catch((error: unknown) => {
      throw new InferenceError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  return inspectFile(path, file);
}

interface Target {
  readonly column: ColumnSchema;
  readonly problemType: ProblemType;
  readonly positiveLabel?: Label;
}

async function inferTarget(database: Database, file: TableFile, facts: TextFacts, notes: string[]): Promise<Target> {
  const { name, present, rows, different } = facts;
  if (present < rows) {
    throw new InferenceError(`the target ${name} is missing in ${counted(rows - present, 'row')} of ${rows}; leave these rows out, nothing can be learned from them`);
  }
  if (different < 2) {
    throw new InferenceError(`the target ${name} has the same value in every row; there is nothing to learn`);
  }
  const type = typeOf(facts);
  const plain = { name, type };
  if (type === 'date' || type === 'timestamp') {
    throw new InferenceError(`the target ${name} is a ${type}; predict a number, such as the days until then`);
  }
  if (type === 'number' || (type === 'integer' && different > MOST_INTEGER_CLASSES)) {
    return { column: columnOf({ ...facts, name }, type), problemType: 'regression' };
  }
  if (different > MOST_CATEGORIES) {
    throw new InferenceError(`the target ${name} is text with ${different} different values; a target has at most ${MOST_CATEGORIES} classes`);
  }
  const classes = await valuesOf(database, file, facts, MOST_CATEGORIES + 1);
  const column = { ...columnOf(facts, type, classes.map(({ value }) => value)), ...plain };
  const domain = column.domain ?? [];
  if (different > 2) {
    return { column, problemType: 'multiclassClassification' };
  }
  const known = domain.find((label) => POSITIVE.includes(String(label).toLowerCase()));
  const rarer = domain[(classes[0]?.n ?? 0) <= (classes[1]?.n ?? 0) ? 0 : 1];
  const positiveLabel = known ?? rarer ?? true;
  if (known === undefined) {
    notes.push(`${JSON.stringify(positiveLabel)} counts as the positive class of ${name}, since it is the rarer one: set positiveLabel where that is wrong`);
  }
  return { column, problemType: 'binaryClassification', positiveLabel };
}

const isRecordId = ({ name, present, rows, different }: TextFacts): boolean => soundsLikeId(name) && present === rows && different === rows;

const recordIdOf = (facts: TextFacts): ColumnSchema => {
  const type = typeOf(facts);
  return { name: facts.name, type: type === 'integer' ? 'integer' : 'string' };
};

const YEAR = /year/i;
const isYearColumn = (facts: TextFacts): boolean => typeOf(facts) === 'integer' && (facts.minimum ?? 0) >= 1900 && (facts.maximum ?? 3000) <= 2100;

function guessOrder(facts: readonly TextFacts[]): TextFacts | undefined {
  const times = facts.filter((column) => column.present > 0 && ['date', 'timestamp'].includes(typeOf(column)));
  const years = facts.filter((column) => YEAR.test(column.name) && column.present > 0 && isYearColumn(column));
  return times.length === 1 ? times[0] : times.length === 0 && years.length === 1 ? years[0] : undefined;
}

function orderOf(facts: TextFacts): ColumnSchema {
  const type = typeOf(facts);
  if (!['date', 'timestamp', 'integer', 'number'].includes(type)) {
    throw new InferenceError(`the order column ${facts.name} must hold dates, times in ISO 8601 or numbers, got texts`);
  }
  return { name: facts.name, type, ...(isYearColumn(facts) && { minimum: facts.minimum ?? 1900 }), ...(facts.present < facts.rows && { nullable: true }) };
}

async function inferFeatures(database: Database, file: TableFile, facts: readonly TextFacts[], options: InferenceOptions): Promise<{ readonly features: ColumnSchema[]; readonly leftOut: LeftOut[] }> {
  const features: ColumnSchema[] = [];
  const leftOut: LeftOut[] = [];
  for (const column of facts) {
    const kind = kindOf(column);
    const given = options.overrides?.[column.name];
    if ('reason' in kind && given?.type === undefined) {
      leftOut.push({ name: column.name, reason: kind.reason });
      continue;
    }
    const type = given?.type ?? ('type' in kind ? kind.type : 'string');
    const categorical = given?.domain === undefined && (type === 'string' || ('categorical' in kind && kind.categorical && type === kind.type));
    const values = categorical ? (await valuesOf(database, file, column, MOST_CATEGORIES)).map(({ value }) => value) : undefined;
    features.push(override(columnOf(column, type, values), options));
  }
  return { features, leftOut };
}

/** What people know wins. */
function override(column: ColumnSchema, { overrides = {} }: InferenceOptions): ColumnSchema {
  const given = overrides[column.name] ?? {};
  const { minimum: _minimum, maximum: _maximum, ...rest } = column;
  const bounded = given.domain === undefined ? column : rest;
  return { ...bounded, ...given };
}

function choices({ order, features, recordId }: DataSchema, addedId: boolean): string[] {
  const codes = features.filter(({ type, domain }) => type === 'integer' && domain !== undefined).map(({ name }) => name);
  const sensitive = features.filter((feature) => feature.sensitive === true).map(({ name }) => name);
  return [
    ...(addedId ? [`no column is an id: ${recordId.name} numbers the rows; with a real id, labels that arrive later can be joined`] : []),
    ...(order === undefined ? ['no column orders the rows in time: name one with --order where there is one'] : [`${order.name} orders the rows in time and is no feature`]),
    ...(codes.length > 0 ? [`whole numbers that are taken for codes, not for amounts: ${list(codes)}; take the domain away where they are amounts`] : []),
    ...(sensitive.length > 0 ? [`sensitive by their name: ${list(sensitive)}; take them out of features, or keep them in data.sensitiveFeatures on purpose`] : []),
  ];
}
