import { z } from 'zod';
import type { ModelDeclaration } from '../../lambda/shared/contract';
import { between, group, integer, listOf, oneOf, ordered, pattern, positive, type Rule, scalar, share, text } from './rules';

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

export const declarationSchema: z.ZodType<ModelDeclaration> = group({
  name: modelName(),
  description: text(),
  problemType: oneOf('binaryClassification'),
  schema: text(256),
  positiveLabel: z.union([z.number(), z.string()], { error: (issue) => `must be a number or a text, got ${JSON.stringify(issue.input)}` }),
  decisionThreshold: share(),
  data: group({
    minimumRows: integer(1),
    minimumCompleteness: share(),
    maximumInvalidShare: share(),
    maximumDuplicateShare: share(),
    positiveShare: group({ minimum: share(), maximum: share() }).check(ordered(atMost('minimum', 'maximum'))),
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
    hyperparameters: z.record(z.string(), scalar(), { error: (issue) => `must be a group of names and values, got ${JSON.stringify(issue.input)}` }),
  }),
  quality: group({
    minimumAuc: between(0.5, 1),
    minimumAccuracy: share(),
    baseline: group({ margin: share(), significance: between(0.0001, 0.5) }),
    champion: group({ tolerance: share() }),
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
    }),
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
    minimumAuc: between(0.5, 1),
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
