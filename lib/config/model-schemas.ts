import { z } from 'zod';
import type { ColumnSchema, DataSchema, ModelDeclaration } from '../../lambda/shared/contract';
import { between, flag, group, integer, listOf, number, oneOf, pattern, positive, scalar, share, text } from './rules';

const MODEL_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What a model may be called: the name is part of the names of buckets' prefixes, roles, machines and endpoints. */
const modelName = () =>
  pattern(MODEL_NAME, 'of lower-case letters, digits and single hyphens, beginning with a letter').min(2, tooLong).max(30, tooLong);
const tooLong = { error: (issue: { readonly input?: unknown }) => `must have 2 to 30 characters, got ${JSON.stringify(issue.input)}` };

const instanceType = () => pattern(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'a SageMaker instance type such as ml.m5.large');
const schedule = () =>
  pattern(/^(rate|cron|at)\(.+\)$/, 'an EventBridge Scheduler expression such as rate(1 day) or cron(0 6 * * ? *)');

/** Adds a rule over several values of one group. */
type Rule<T> = (value: T) => { readonly path: (string | number)[]; readonly message: string } | undefined;
const ordered =
  <T>(...rules: Rule<T>[]) =>
  (context: z.core.ParsePayload<T>): void => {
    for (const rule of rules) {
      const broken = rule(context.value);
      if (broken !== undefined) {
        context.issues.push({ code: 'custom', input: context.value, path: broken.path, message: broken.message });
      }
    }
  };

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

const NUMERIC: readonly ColumnSchema['type'][] = ['integer', 'number'];
const TYPE_OF_VALUE: Record<ColumnSchema['type'], (value: unknown) => boolean> = {
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
};

const boundsOnlyOnNumbers: Rule<ColumnSchema> = (column) =>
  NUMERIC.includes(column.type) || (column.minimum === undefined && column.maximum === undefined)
    ? undefined
    : { path: ['type'], message: `must be integer or number where minimum or maximum is given, got "${column.type}"` };

const boundsInOrder: Rule<ColumnSchema> = ({ minimum, maximum }) =>
  minimum === undefined || maximum === undefined || minimum <= maximum
    ? undefined
    : { path: ['minimum'], message: `must be at most maximum (${maximum}), got ${minimum}` };

const domainOfType: Rule<ColumnSchema> = ({ domain = [], type }) => {
  const wrong = domain.findIndex((value) => !TYPE_OF_VALUE[type](value));
  return wrong === -1 ? undefined : { path: ['domain', wrong], message: `must be of the column's type ${type}, got ${JSON.stringify(domain[wrong])}` };
};

const column = () =>
  group({
    name: text(256),
    type: oneOf('integer', 'number', 'string', 'boolean'),
    domain: listOf(scalar(), 'a list of allowed values').min(1, { error: 'must hold at least one value; leave it out where every value is allowed' }).optional(),
    minimum: number().optional(),
    maximum: number().optional(),
    nullable: flag().optional(),
  }).check(ordered<ColumnSchema>(boundsOnlyOnNumbers, boundsInOrder, domainOfType));

const distinctNames: Rule<DataSchema> = (schema) => {
  const names = [schema.recordId, schema.target, ...(schema.order === undefined ? [] : [schema.order]), ...schema.features].map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  const feature = schema.features.findLastIndex(({ name }) => name === repeated);
  return repeated === undefined
    ? undefined
    : { path: feature === -1 ? ['target', 'name'] : ['features', feature, 'name'], message: `must be the name of one column only, got "${repeated}" twice` };
};

export const dataSchemaSchema: z.ZodType<DataSchema> = group({
  version: text(64),
  recordId: column(),
  target: column(),
  order: column().optional(),
  features: listOf(column(), 'a list of columns').min(1, { error: 'must hold at least one column, got []' }),
}).check(ordered(distinctNames));
