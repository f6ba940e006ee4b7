/** What the registry says about the life of a version, beside its approval. */

/**
 * Stages of a version (`ModelLifeCycle.Stage`), in the order of its life. Policies name them.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-staging-construct.html
 */
export const Stages = {
  /** Registered; its qualification is not decided. */
  DEVELOPMENT: 'Development',
  /** Tested in the environment before production. */
  QUALIFICATION: 'Qualification',
  /** It is the champion. */
  PRODUCTION: 'Production',
  /** It was the champion, or its shift of traffic was rolled back. */
  RETIRED: 'Retired',
} as const;
export type Stage = (typeof Stages)[keyof typeof Stages];

/** `ModelLifeCycle.StageStatus` within a stage; in `Qualification` it is the outcome of the verdict. */
export const StageStatuses = {
  REGISTERED: 'registered',
  SERVING: 'serving',
  /** A newer version took over. */
  SUPERSEDED: 'superseded',
  /** An earlier version took over again, or its own shift was rolled back. */
  ROLLED_BACK: 'rolled-back',
} as const;

/** Customer metadata of a version that its life writes: the times of its stages, ISO 8601, for programs; people read `StageDescription`. */
export const LifeMetadata = {
  /** When it was promoted last. */
  PROMOTED_AT: 'promotedAt',
  /** When it ceased to be the champion last. */
  RETIRED_AT: 'retiredAt',
} as const;

/** Longest `StageDescription` and `ApprovalDescription`. */
const MAXIMUM_DESCRIPTION = 1024;

/** One line, as long as SageMaker takes it. */
export function description(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= MAXIMUM_DESCRIPTION ? line : `${line.slice(0, MAXIMUM_DESCRIPTION - 3)}...`;
}
