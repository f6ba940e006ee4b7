import type { ItemReader, MapState } from '../../definition/types';
import { StateError } from '../../errors';
import { evaluateAs, evaluateTemplate, expected, type Bindings } from '../../jsonata/evaluate';
import { bindingsOf, type Visit } from '../visit';
import { DELIMITERS, parseCsv } from './csv';
import { callS3 } from './s3';

export const ITEM_READER_FAILED = 'States.ItemReaderFailed';

const failed = (why: string): StateError => new StateError(ITEM_READER_FAILED, why, 'interpreter');

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function csvItems(text: string, config: NonNullable<ItemReader['ReaderConfig']>): unknown[] {
  const rows = parseCsv(text, DELIMITERS[config.CSVDelimiter ?? 'COMMA']);
  const given = config.CSVHeaderLocation === 'GIVEN';
  const header = given ? config.CSVHeaders : rows.shift();
  if (header === undefined) {
    throw failed('the CSV file has no header row');
  }
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

/** Reads the text of an object by its kind. */
const PARSERS: Readonly<Record<string, (text: string, config: NonNullable<ItemReader['ReaderConfig']>) => unknown>> = {
  CSV: csvItems,
  JSON: (text) => JSON.parse(text) as unknown,
  JSONL: (text) => text.split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as unknown),
};

async function objectItems(args: Readonly<Record<string, unknown>>, config: NonNullable<ItemReader['ReaderConfig']>, visit: Visit): Promise<unknown[]> {
  const { Body } = await callS3(visit, 'getObject', args, failed);
  let items: unknown;
  try {
    items = PARSERS[config.InputType ?? '']?.(typeof Body === 'string' ? Body : '', config);
  } catch (error) {
    throw error instanceof StateError ? error : failed(`s3://${String(args.Bucket)}/${String(args.Key)} is no ${config.InputType}: ${(error as Error).message}`);
  }
  if (!Array.isArray(items)) {
    throw failed(`s3://${String(args.Bucket)}/${String(args.Key)} holds no list`);
  }
  return items;
}

/** Objects below a prefix, as ListObjectsV2 tells them. */
async function listedItems(args: Readonly<Record<string, unknown>>, visit: Visit): Promise<unknown[]> {
  const items: unknown[] = [];
  let token: unknown;
  do {
    const page = await callS3(visit, 'listObjectsV2', { ...args, ...(token === undefined ? {} : { ContinuationToken: token }) }, failed);
    const contents = Array.isArray(page.Contents) ? page.Contents as unknown[] : [];
    items.push(...contents.filter(isRecord).map(({ Key, Size, ETag, LastModified, StorageClass }) => ({
      Etag: ETag, Key, LastModified: Date.parse(String(LastModified)) / 1000, Size, StorageClass,
    })));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return items;
}

async function readItems(reader: ItemReader, bindings: Bindings, visit: Visit): Promise<unknown[]> {
  const args = await evaluateTemplate(reader.Arguments ?? {}, bindings, 'ItemReader/Arguments');
  const config = (await evaluateTemplate(reader.ReaderConfig ?? {}, bindings, 'ItemReader/ReaderConfig')) as NonNullable<ItemReader['ReaderConfig']>;
  const given = isRecord(args) ? args : {};
  const items = reader.Resource.endsWith(':listObjectsV2') ? await listedItems(given, visit) : await objectItems(given, config, visit);
  return config.MaxItems === undefined ? items : items.slice(0, Number(config.MaxItems));
}

/** One input of a child execution, and how many items it holds. */
export interface ChildInput {
  readonly input: unknown;
  readonly items: number;
}

async function selected(state: MapState, items: readonly unknown[], visit: Visit): Promise<unknown[]> {
  if (state.ItemSelector === undefined) {
    return [...items];
  }
  const inputs: unknown[] = [];
  for (const [Index, Value] of items.entries()) {
    inputs.push(await evaluateTemplate(state.ItemSelector, bindingsOf({ ...visit, place: { ...visit.place, item: { Index, Value } } }), 'ItemSelector'));
  }
  return inputs;
}

async function batched(state: MapState, items: readonly unknown[], bindings: Bindings): Promise<ChildInput[]> {
  const batcher = state.ItemBatcher;
  if (batcher === undefined) {
    return items.map((input) => ({ input, items: 1 }));
  }
  const number = (name: 'MaxItemsPerBatch' | 'MaxInputBytesPerBatch'): Promise<number> | number =>
    batcher[name] === undefined ? Number.POSITIVE_INFINITY : evaluateAs(batcher[name], expected.seconds, bindings, `ItemBatcher/${name}`);
  const [most, bytes] = [await number('MaxItemsPerBatch'), await number('MaxInputBytesPerBatch')];
  const shared = batcher.BatchInput === undefined ? {} : { BatchInput: await evaluateTemplate(batcher.BatchInput, bindings, 'ItemBatcher/BatchInput') };
  const inputOf = (Items: readonly unknown[]): object => ({ ...shared, Items });
  const batches: unknown[][] = [];
  for (const item of items) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= most || Buffer.byteLength(JSON.stringify(inputOf([...last, item]))) > bytes) {
      batches.push([item]);
    } else {
      last.push(item);
    }
  }
  return batches.map((batch) => ({ input: inputOf(batch), items: batch.length }));
}

/**
 * Inputs of the child executions: read, chosen and put together as the state says.
 *
 * @throws StateError `States.ItemReaderFailed` when the objects cannot be read
 */
export async function childInputs(state: MapState, visit: Visit): Promise<ChildInput[]> {
  const bindings = bindingsOf(visit);
  const items = state.ItemReader === undefined
    ? await evaluateAs(state.Items ?? '{% $states.input %}', expected.array, bindings, 'Items')
    : await readItems(state.ItemReader, bindings, visit);
  return batched(state, await selected(state, items, visit), bindings);
}
