import { collectFacts } from '../../../lambda/data-check/collect';
import { measureSnapshot } from '../../../lambda/data-check/measure';
import { Checks, classShare } from '../../../lambda/shared/checks/contract';
import type { Bounds, Label, ModelDeclaration, ModelProjectData, ProblemType } from '../../../lambda/shared/project/contract';
import type { ColumnSchema, DataSchema } from '../../../lambda/shared/schema/contract';
import type { Database } from '../../../lambda/shared/tables/duckdb';
import type { TableFile } from '../../../lambda/shared/tables/files';
import { list, rounded } from '../../../lambda/shared/words';
import { ScaffoldError } from '../errors';
import type { LeftOut } from './draft';

export interface Inferred {
  readonly schema: DataSchema;
  readonly problemType: ProblemType;
  readonly positiveLabel?: Label;
}

export interface Proposal {
  readonly data: ModelDeclaration['data'];
  /** Without those that know the target. */
  readonly features: readonly ColumnSchema[];
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

const ID = Checks.DATA.measurements;
/** A feature that tells more of the target than this was made from it. */
const MOST_POWER = 0.99;
/** How far a class share may move from one delivery to the next. */
const ROOM_OF_SHARE = 0.1;
/** How far a mean may move, in standard deviations. */
const ROOM_OF_MEAN = 0.25;
const MAXIMUM_AGE_DAYS = 30;

/** Runs the data check itself on the data, and proposes limits that they meet with room. */
export async function proposeData(database: Database, file: TableFile, { schema, problemType, positiveLabel }: Inferred): Promise<Proposal> {
  const project = { schema, policyDigest: '', declaration: { problemType, positiveLabel, data: {}, monitoring: {} } as unknown as ModelDeclaration } satisfies ModelProjectData;
  const now = new Date();
  // The check removes a text once it has read it.
  const facts = await collectFacts(database, [file], project, now);
  const measurements = new Map(measureSnapshot(facts, project, { newestModifiedAt: now.toISOString(), now }).map((measurement) => [measurement.id, measurement]));
  const value = (id: string): number | undefined => measurements.get(id)?.value;
  const knowing = facts.powers?.filter(({ power }) => power > MOST_POWER) ?? [];
  const features = schema.features.filter(({ name }) => !knowing.some(({ feature }) => feature === name));
  const leftOut = knowing.map(({ feature, power }) => ({ name: feature, because: `it tells the target by itself (${rounded(power)} of 1), so it was made from it, or after it` }));
  if (features.length === 0) {
    throw new ScaffoldError(`every feature tells the target by itself: ${list(knowing.map(({ feature }) => feature))}; check what ${schema.target.name} is made of`);
  }
  const sensitive = features.filter((feature) => feature.sensitive === true).map(({ name }) => name);
  return {
    features,
    leftOut,
    notes: value(ID.INVALID_SHARE) === 0 || value(ID.INVALID_SHARE) === undefined ? [] : [measurements.get(ID.INVALID_SHARE)?.explanation ?? ''],
    data: {
      minimumRows: Math.max(1, Math.floor(facts.rows / 2)),
      minimumCompleteness: Math.min(0.999, floor(value(ID.COMPLETENESS) ?? 1)),
      maximumInvalidShare: Math.max(0.001, ceiling(value(ID.INVALID_SHARE) ?? 0)),
      maximumDuplicateShare: Math.max(0.001, ceiling(value(ID.DUPLICATE_SHARE) ?? 0)),
      ...(problemType === 'regression' ? { targetMean: meanBounds(facts.columns[1]?.numbers) } : { classShares: shareBounds(schema, value) }),
      maximumAgeDays: MAXIMUM_AGE_DAYS,
      ...(sensitive.length > 0 && { sensitiveFeatures: sensitive }),
    },
  };
}

const floor = (share: number): number => Math.floor(share * 1000) / 1000;
const ceiling = (share: number): number => Math.ceil(share * 1000) / 1000;

function shareBounds({ target }: DataSchema, value: (id: string) => number | undefined): Record<string, Bounds> {
  const room = (share: number): number => Math.min(ROOM_OF_SHARE, share / 2);
  return Object.fromEntries((target.domain ?? [false, true]).map((label): [string, Bounds] => {
    const share = value(classShare(String(label))) ?? 0;
    return [String(label), { minimum: floor(share - room(share)), maximum: Math.min(1, ceiling(share + ROOM_OF_SHARE)) }];
  }));
}

function meanBounds(numbers: { readonly mean: number; readonly deviation: number } | undefined): Bounds {
  const { mean, deviation } = numbers ?? { mean: 0, deviation: 0 };
  const digits = (number: number): number => Number(number.toPrecision(3));
  return { minimum: digits(mean - ROOM_OF_MEAN * deviation), maximum: digits(mean + ROOM_OF_MEAN * deviation) };
}
