import { z } from 'zod';
import { ERROR_TAIL } from '../../lambda/load-check/contract';
import { type Bounds, type ModelDeclaration, PROBLEM_TYPES } from '../../lambda/shared/project/contract';
import { between, flag, group, integer, listOf, named, number, oneOf, ordered, pattern, positive, type Rule, scalar, share, text } from './rules';

const MODEL_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What a model may be called: the name is part of the names of buckets' prefixes, roles, machines and endpoints. */
const modelName = () =>
  pattern(MODEL_NAME, 'of lower-case letters, digits and single hyphens, beginning with a letter').min(2, tooLong).max(30, tooLong);
const tooLong = { error: (issue: { readonly input?: unknown }) => `must have 2 to 30 characters, got ${JSON.stringify(issue.input)}` };

const instanceType = () => pattern(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'a SageMaker instance type such as ml.m5.large');
const schedule = () =>
  pattern(/^(rate|cron|at)\(.+\)$/, 'an EventBridge Scheduler expression such as rate(1 day) or cron(0 6 * * ? *)');

/** `low` is at most `high`. */
const atMost =
  <K extends string>(low: K, high: K): Rule<Record<K, number>> =>
  (value) =>
    value[low] <= value[high] ? undefined : { path: [low], message: `must be at most ${high} (${value[high]}), got ${value[low]}` };

const shareBounds = (): z.ZodType<Bounds> => group({ minimum: share(), maximum: share() }).check(ordered(atMost('minimum', 'maximum')));
const bounds = (): z.ZodType<Bounds> => group({ minimum: number(), maximum: number() }).check(ordered(atMost('minimum', 'maximum')));

/** Names and ranges of metrics depend on the problem type: `problem-faults.ts`. */
const metricLimits = () =>
  named(
    group({ minimum: number().optional(), maximum: number().optional() }).check(
      ordered(({ minimum, maximum }) =>
        minimum === undefined && maximum === undefined ? { path: [], message: 'must have a minimum or a maximum, got {}' } : undefined,
      ),
    ),
    'metrics and their limits',
  );

/** So few requests that even without one failure the bound is above the limit: no version could ever pass. See {@link ERROR_TAIL}. */
const enoughRequests: Rule<{ requestsPerSecond: number; durationSeconds: number; maximumErrorShare: number }> = ({ requestsPerSecond, durationSeconds, maximumErrorShare }) => {
  const requests = Math.round(requestsPerSecond * durationSeconds);
  const needed = Math.ceil(Math.abs(Math.log(ERROR_TAIL) / Math.log(1 - maximumErrorShare)));
  if (requests >= needed) {
    return undefined;
  }
  const bound = Number((1 - ERROR_TAIL ** (1 / Math.max(1, requests))).toPrecision(2));
  const advice = Number.isFinite(needed) ? `send at least ${needed}, or allow more` : 'no number of requests shows that; allow more';
  const message = `is ${maximumErrorShare}, but ${requests} requests (requestsPerSecond x durationSeconds) without one failure only show, with 95 % confidence, that at most ${bound} fail; ${advice}`;
  return { path: ['maximumErrorShare'], message };
};

const logAboveZero: Rule<{ minimum: number; scale?: string | undefined }> = ({ minimum, scale }) =>
  scale === 'log' && minimum <= 0 ? { path: ['minimum'], message: `must be above 0 on the scale log, got ${minimum}` } : undefined;

const tuningRange = () =>
  z.union(
    [
      listOf(scalar()).min(1),
      group({ minimum: number(), maximum: number(), scale: oneOf('linear', 'log').optional() }).check(ordered(atMost('minimum', 'maximum')), ordered(logAboveZero)),
    ],
    { error: (issue) => `must be a list of values, or minimum, maximum and scale (linear, log), got ${JSON.stringify(issue.input)}` },
  );

const attributes = () => listOf(group({ column: text(256), gate: flag(), bands: listOf(number()).optional() }), 'a list of columns');

const fairness = () =>
  group({
    attributes: attributes().min(1, { error: 'must hold at least one column; leave fairness out where there is none' }),
    minimumSelectionRatio: share().optional(),
    floor: number().optional(),
    minimumRows: integer(1),
    minimumPositives: integer(0),
    favourableLabel: scalar().optional(),
    stratum: text(256).optional(),
    maximumOddsDifference: share().optional(),
  });

export const declarationSchema: z.ZodType<ModelDeclaration> = group({
  name: modelName(),
  description: text(),
  problemType: oneOf(...PROBLEM_TYPES),
  schema: text(256),
  positiveLabel: scalar().optional(),
  decisionThreshold: share().optional(),
  data: group({
    minimumRows: integer(1),
    minimumCompleteness: share(),
    maximumInvalidShare: share(),
    maximumDuplicateShare: share(),
    classShares: named(shareBounds(), 'classes and the bounds of their shares').optional(),
    targetMean: bounds().optional(),
    maximumAgeDays: positive(),
    maximumRows: integer(1).optional(),
    maximumNewestValueAgeDays: positive().optional(),
    maximumDuplicateRowShare: share().optional(),
    maximumRuleViolationShare: share().optional(),
    maximumSingleFeaturePower: between(0.5, 1).optional(),
    maximumDriftedFeatureShare: share().optional(),
    featureCostBudget: positive().optional(),
    sensitiveFeatures: listOf(text(256), 'a list of feature names').optional(),
  }),
  training: group({
    instanceType: instanceType(),
    seed: integer(0, 2 ** 32 - 1),
    maximumRuntimeMinutes: integer(1, 28 * 24 * 60),
    schedule: schedule().optional(),
    hyperparameters: named(scalar(), 'names and values'),
    split: group({ by: oneOf('recordId', 'order'), entity: text(256).optional() }).optional(),
    tuning: group({
      trials: integer(1, 1000),
      folds: integer(2, 20).optional(),
      maximumMinutes: positive().optional(),
      space: named(tuningRange(), 'hyperparameters and their values'),
    }).optional(),
    spot: flag().optional(),
    instanceCount: integer(1, 100).optional(),
    cacheDays: integer(1, 365).optional(),
  }),
  quality: group({
    metrics: metricLimits(),
    baseline: group({ margin: share(), significance: between(0.0001, 0.5) }),
    champion: group({ tolerance: share() }),
    slices: group({ columns: listOf(text(256), 'a list of columns').min(1), minimumRows: integer(1), maximumLoss: share() }).optional(),
    fairness: fairness().optional(),
    reproduction: group({ tolerance: share() }).optional(),
    costs: group({ maximumModelBytes: positive().optional(), maximumFitSeconds: positive().optional(), maximumScoreMilliseconds: positive().optional() }).optional(),
    studies: group({
      maximumStalenessLoss: share().optional(),
      maximumUnimportantFeatures: integer(0).optional(),
      maximumMissedPlaces: integer(0).optional(),
      reproducibilityTolerance: share().optional(),
    }).optional(),
  }),
  serving: group({
    instanceType: instanceType(),
    latency: group({ p50Milliseconds: positive(), p95Milliseconds: positive(), p99Milliseconds: positive() }).check(
      ordered(atMost('p50Milliseconds', 'p95Milliseconds')),
      ordered(atMost('p95Milliseconds', 'p99Milliseconds')),
    ),
    loadTest: group({
      requestsPerSecond: positive(),
      durationSeconds: integer(1, 14 * 60),
      warmUpSeconds: integer(0, 14 * 60),
      rowsPerRequest: integer(1, 500),
      maximumErrorShare: share(),
    }).check(ordered(enoughRequests)),
    rollout: group({ maximumErrorShare: share(), maximumLatencyMilliseconds: positive(), minimumRequests: integer(1) }),
  }),
  monitoring: group({
    schedule: schedule(),
    minimumRows: integer(1),
    drift: group({
      psiWarning: positive(),
      psiAlarm: positive(),
      cramersV: share(),
      normedWasserstein: positive(),
      ks: share(),
      significance: between(0.0001, 0.5),
      featureShare: share(),
      criticalFeatures: listOf(text(256), 'a list of feature names'),
    }).check(ordered(atMost('psiWarning', 'psiAlarm'))),
    quality: metricLimits(),
    maximumModelAgeDays: positive().optional(),
    maximumOfflineLoss: share().optional(),
    retraining: group({ breaches: integer(1), windows: integer(1), coolDownHours: between(0, 8760) }).check(ordered(atMost('breaches', 'windows'))),
  }),
  modelCard: group({
    owner: text(1024),
    purpose: text(),
    intendedUses: text(),
    riskRating: oneOf('High', 'Medium', 'Low', 'Unknown'),
    ethicalConsiderations: text(),
    caveats: text(),
  }),
});
