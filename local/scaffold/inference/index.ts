import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelDeclaration } from '../../../lambda/shared/project/contract';
import type { DataSchema } from '../../../lambda/shared/schema/contract';
import { Database } from '../../../lambda/shared/tables/duckdb';
import { inspectFile } from '../../../lambda/shared/tables/files';
import { UnreadableFileError } from '../../../lambda/shared/tables/reading';
import { ScaffoldError } from '../errors';
import { type Draft, draftOf, type Wishes, writeDelivery } from './draft';
import { proposeData } from './expectations';
import { loadTable } from './table';

export type { Draft, LeftOut, Wishes } from './draft';
export type { Overrides } from './columns';

/** What a file tells about a project: a proposal that the data themselves meet, for a person to review. */
export interface Inference extends Draft {
  /** `data:` of `model.yaml`. */
  readonly data: ModelDeclaration['data'];
  /** What a person should look at, one sentence each. */
  readonly notes: readonly string[];
  /** The data as the schema describes them: the file itself, or a Parquet file that lasts as long as the callback of {@link infer}. */
  readonly delivered: string;
}

/**
 * Infers problem, schema and expectations from training data, and hands them to `use`.
 *
 * The data check of the process measures the delivery, so what is proposed holds there too; a feature that tells the target by itself is left out.
 *
 * @param file CSV, Parquet or JSON lines; gzip allowed for the texts
 * @throws ScaffoldError in one plain sentence when no model can be trained on the data.
 */
export async function infer<T>(file: string, wishes: Wishes, use: (inference: Inference) => Promise<T>, now = new Date()): Promise<T> {
  return Database.use(async (database) => {
    const draft = await draftOf(await plainly(loadTable(database, file)), wishes, now);
    const path = join(database.folder, 'delivery.parquet');
    if (draft.changes.length > 0) {
      await writeDelivery(draft, path);
    }
    const delivered = draft.changes.length > 0 ? path : file;
    // The check removes a text once it has read it.
    const proof = join(database.folder, 'proof');
    await copyFile(delivered, proof);
    const { data, features, leftOut, notes } = await proposeData(database, await inspectFile(proof, basename(delivered)), {
      schema: draft.schema, problemType: draft.target.problemType, ...(draft.target.positiveLabel !== undefined && { positiveLabel: draft.target.positiveLabel }),
    });
    const ignored = [...(draft.schema.ignored ?? []), ...leftOut.map(({ name }) => name)];
    const schema: DataSchema = { ...draft.schema, features, ...(ignored.length > 0 && { ignored }) };
    const sensitive = features.filter((feature) => feature.sensitive === true).map(({ name }) => name);
    return use({ ...draft, schema, sensitive, data, delivered, leftOut: [...draft.leftOut, ...leftOut], notes: [...notesOf(draft, sensitive), ...notes] });
  });
}

/** A file that can't be read is the user's matter. */
const plainly = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw error instanceof UnreadableFileError ? new ScaffoldError(error.message) : error;
  });

function notesOf({ recordId, order, entity, target, schema }: Draft, sensitive: readonly string[]): string[] {
  const codes = schema.features.filter(({ type, domain }) => type === 'integer' && domain !== undefined).map(({ name }) => name);
  return [
    `the problem is ${target.problemType}: ${target.because}`,
    ...(target.positiveLabel === undefined ? [] : [`${JSON.stringify(target.positiveLabel)} of ${target.column.name} counts as positive, ${target.positiveBecause}; set positiveLabel where that is wrong`]),
    `${recordId.schema.name} names a record: ${recordId.because}`,
    order === undefined ? 'no column orders the records in time; name one with --order where there is one' : `${order.schema.name} orders the records and is no feature: ${order.because}`,
    ...(entity === undefined ? [] : [`${entity.schema.name} is the entity: ${entity.because}`]),
    ...(codes.length > 0 ? [`whole numbers that are taken for codes and not for amounts: ${codes.join(', ')}`] : []),
    ...(sensitive.length > 0 ? [`sensitive by their names: ${sensitive.join(', ')}; take them out of the features, or keep them in data.sensitiveFeatures on purpose`] : []),
  ];
}
