import type { Criterion } from '../../lambda/gate/contract';
import { Checks, classShare, fairnessId, STUDIES, studyId } from '../../lambda/shared/checks/contract';
import { METRICS, PRIMARY_METRIC } from '../../lambda/shared/metrics/contract';
import type { Bounds, FairnessDeclaration, MetricLimits, ModelDeclaration, ModelProjectData, ProblemType } from '../../lambda/shared/project/contract';

/** Unit of shares, probabilities and differences of them. */
const NONE = '1';

type Limit = Omit<Criterion, 'check' | 'paperSection'>;

const criteriaOf = (check: string, paperSection: string, limits: readonly Limit[]): Criterion[] =>
  limits.map((limit) => ({ check, paperSection, ...limit }));

/** Both sides of a range. */
const within = (measurement: string, title: string, { minimum, maximum }: Bounds): Limit[] => [
  { measurement, title, comparison: '>=', threshold: minimum, unit: NONE, mlTestScore: 'O2' },
  { measurement, title, comparison: '<=', threshold: maximum, unit: NONE, mlTestScore: 'O2' },
];

/** Beyond this AUC, or share of variance explained, one feature alone knows the target. */
const SINGLE_FEATURE_POWER = 0.99;

/**
 * Limits on a data snapshot: completeness, accuracy, consistency and timeliness, and what the project's policy says about columns. What the
 * declaration leaves open is recorded and not judged.
 */
export function dataCriteria({ declaration: { data } }: ModelProjectData): Criterion[] {
  const { id, measurements: m } = Checks.DATA;
  const atMost = (measurement: string, title: string, threshold: number | undefined, mlTestScore: string, unit = NONE): Limit[] =>
    threshold === undefined ? [] : [{ measurement, title, comparison: '<=', threshold, unit, mlTestScore }];
  return criteriaOf(id, '2.3', [
    { measurement: m.ROWS, title: 'Rows', comparison: '>=', threshold: data.minimumRows, unit: 'rows', mlTestScore: 'D1' },
    ...atMost(m.ROWS, 'Rows', data.maximumRows, 'D1', 'rows'),
    ...atMost(m.COLUMNS, 'Columns that differ from the schema', 0, 'D1', 'columns'),
    ...atMost(m.FORBIDDEN_COLUMNS, 'Forbidden columns', 0, 'D4', 'columns'),
    { measurement: m.COMPLETENESS, title: 'Completeness of the least complete column', comparison: '>=', threshold: data.minimumCompleteness, unit: NONE, mlTestScore: 'D1' },
    ...atMost(m.INVALID_SHARE, 'Invalid values of the worst column', data.maximumInvalidShare, 'D1'),
    ...atMost(m.RULE_VIOLATION_SHARE, 'Rows that break the worst rule', data.maximumRuleViolationShare ?? data.maximumInvalidShare, 'D1'),
    ...atMost(m.DUPLICATE_SHARE, 'Repeated record ids', data.maximumDuplicateShare, 'O2'),
    ...atMost(m.DUPLICATE_ROW_SHARE, 'Repeated rows', data.maximumDuplicateRowShare, 'O2'),
    ...atMost(m.REPEATED_SHARE, 'Repeated values of the worst unique column', data.maximumDuplicateShare, 'D1'),
    ...Object.entries(data.classShares ?? {}).flatMap(([label, bounds]) => within(classShare(label), `Share of class ${label}`, bounds)),
    ...(data.targetMean === undefined ? [] : within(m.TARGET_MEAN, 'Mean of the target', data.targetMean)),
    ...atMost(m.SINGLE_FEATURE_POWER, 'How well one feature alone tells the target', data.maximumSingleFeaturePower ?? SINGLE_FEATURE_POWER, 'D2'),
    ...atMost(m.DRIFTED_FEATURE_SHARE, 'Features that drifted from the training data of the champion', data.maximumDriftedFeatureShare, 'O2'),
    ...atMost(m.AGE_DAYS, 'Age of the newest delivery', data.maximumAgeDays, 'M4', 'days'),
    ...atMost(m.NEWEST_VALUE_AGE_DAYS, 'Age of the newest value of the order column', data.maximumNewestValueAgeDays, 'M4', 'days'),
    ...atMost(m.FEATURE_COST, 'Cost of the features', data.featureCostBudget, 'D3', 'cost units'),
    ...atMost(m.SENSITIVE_FEATURES, 'Sensitive features that are not allowed by name', 0, 'D4', 'features'),
  ]);
}

/** Criteria of declared limits of metrics. @param where what the metrics were measured on */
const metricCriteria = (problemType: ProblemType, limits: MetricLimits, where: string, mlTestScore: string): Limit[] =>
  Object.entries(limits).flatMap(([measurement, { minimum, maximum }]) => {
    const title = `${METRICS[problemType][measurement]?.title ?? measurement} ${where}`;
    const limit = (comparison: Limit['comparison'], threshold: number | undefined): Limit[] =>
      threshold === undefined ? [] : [{ measurement, title, comparison, threshold, unit: NONE, mlTestScore }];
    return [...limit('>=', minimum), ...limit('<=', maximum)];
  });

/** Fits with one seed on one thread are equal to the last digits. */
const REPRODUCIBILITY_TOLERANCE = 1e-12;

/** Ratio of the worst group to the best below which a selection counts as adverse (four-fifths rule, 29 CFR 1607.4(D)). */
const FOUR_FIFTHS = 0.8;

/**
 * Limits on a candidate: how good it is by itself, on slices and for groups of people, against simpler models and the champion, what it costs, and how its
 * code and its endpoint behave.
 */
export function modelCriteria(project: ModelProjectData): Criterion[] {
  const { problemType, quality } = project.declaration;
  const { id, measurements: m } = Checks.MODEL;
  const { gain, test } = PRIMARY_METRIC[problemType];
  const better = (margin: string, pValue: string, other: string): Limit[] => [
    { measurement: margin, title: `${gain} over ${other}`, comparison: '>=', threshold: quality.baseline.margin, unit: NONE, mlTestScore: 'M5' },
    { measurement: pValue, title: `p-value that the candidate equals ${other} (${test})`, comparison: '<=', threshold: quality.baseline.significance, unit: NONE, mlTestScore: 'M5' },
  ];
  return criteriaOf(id, '2.3', [
    ...metricCriteria(problemType, quality.metrics, 'on test data', 'I4'),
    ...better(m.BASELINE_MARGIN, m.BASELINE_P_VALUE, 'the linear baseline'),
    ...better(m.TRIVIAL_MARGIN, m.TRIVIAL_P_VALUE, 'the trivial predictor'),
    { measurement: m.CHAMPION_DIFFERENCE, title: `${gain} over the champion`, comparison: '>=', threshold: -quality.champion.tolerance, unit: NONE, mlTestScore: 'I4' },
    { measurement: m.SLICES, title: 'Loss on the worst slice', comparison: '<=', threshold: quality.slices?.maximumLoss ?? 0, unit: NONE, mlTestScore: 'M6' },
    ...fairnessCriteria(quality.fairness),
    ...costCriteria(quality.costs),
    ...studyCriteria(project),
    ...testCriteria(),
  ]);
}

/** The project's own tests: what they say of the code is no matter of data, so it is judged in every environment. */
function testCriteria(): Limit[] {
  const m = Checks.MODEL.measurements;
  const common = { unit: 'tests', mode: 'QUALITATIVE' } as const;
  return [
    { measurement: m.FAILED_TESTS, title: "The project's own tests that failed", comparison: '<=', threshold: 0, mlTestScore: 'I2', ...common },
    { measurement: m.FEATURE_TESTS, title: 'Tests of the code that makes features', comparison: '>=', threshold: 1, mlTestScore: 'D7', ...common },
  ];
}

/** Attributes that gate are judged; of the others the gate asks that they were measured. */
function fairnessCriteria(fairness: FairnessDeclaration | undefined): Limit[] {
  const common = { unit: NONE, mlTestScore: 'M7' };
  const attributes = fairness?.attributes ?? [];
  return [
    { measurement: Checks.MODEL.measurements.FAIRNESS, title: 'Attributes whose fairness was measured', comparison: '>=', threshold: attributes.length, ...common },
    ...attributes.filter(({ gate }) => gate).flatMap(({ column }): Limit[] => [
      { measurement: fairnessId(column), title: `Ratio of the worst group of ${column} to the best`, comparison: '>=', threshold: fairness?.minimumSelectionRatio ?? FOUR_FIFTHS, ...common },
      ...ifDeclared(fairnessId(column, 'floor'), `Lowest bound of that ratio for ${column}`, '>=', fairness?.floor, common),
      ...ifDeclared(fairnessId(column, 'odds'), `Range of recall and false positive rate over ${column}`, '<=', fairness?.maximumOddsDifference, common),
    ]),
  ];
}

function costCriteria(costs: ModelDeclaration['quality']['costs']): Limit[] {
  const m = Checks.MODEL.measurements;
  return [
    ...ifDeclared(m.MODEL_BYTES, 'Size of the model', '<=', costs?.maximumModelBytes, { unit: 'bytes', mlTestScore: 'O6' }),
    ...ifDeclared(m.FIT_SECONDS, 'Time to fit', '<=', costs?.maximumFitSeconds, { unit: 's', mlTestScore: 'O6' }),
    ...ifDeclared(m.SCORE_MILLISECONDS, 'Time to score 1,000 rows', '<=', costs?.maximumScoreMilliseconds, { unit: 'ms', mlTestScore: 'O6' }),
  ];
}

/** Studies of the training pipeline. Where the project declares no limit, they must have been measured all the same. */
function studyCriteria({ declaration: { quality }, schema }: ModelProjectData): Limit[] {
  const { studies } = quality;
  const of = (study: string, title: string, threshold: number, mlTestScore: string): Limit =>
    ({ measurement: studyId(study), title, comparison: '<=', threshold, unit: NONE, mlTestScore });
  return [
    of(STUDIES.SPECIFICATION, 'Promises of the model specification that are broken', 0, 'I2'),
    of(STUDIES.STABILITY, 'Predictions on strange input that are no numbers or out of range', 0, 'O5'),
    of(STUDIES.INVARIANCE, 'Difference when rows and columns come in another order', GOLDEN_TOLERANCE, 'O3'),
    of(STUDIES.REPRODUCIBILITY, 'Difference between two fits with the same seed', studies?.reproducibilityTolerance ?? REPRODUCIBILITY_TOLERANCE, 'I1'),
    of(STUDIES.SCHEMA, 'Records and answers that break the schema', 0, 'D1'),
    of(STUDIES.PARITY, 'Difference between inference.py and the training process', GOLDEN_TOLERANCE, 'O3'),
    of(STUDIES.RECORD, 'Members of the inference record that answers do not provide', 0, 'I5'),
    // Without a declared limit: less than all of an AUC or accuracy, or than the error once more.
    of(STUDIES.STALENESS, 'Loss by staleness within the greatest age', studies?.maximumStalenessLoss ?? 1, 'M4'),
    of(STUDIES.IMPORTANCE, 'Features that cost nothing when permuted', studies?.maximumUnimportantFeatures ?? schema.features.length - 1, 'D2'),
    of(STUDIES.DROP_ONE, 'Gain of the best model that lacks a feature', quality.baseline.margin, 'D2'),
    of(STUDIES.NEW_FEATURE, 'Places that a new feature does not reach', studies?.maximumMissedPlaces ?? 0, 'D6'),
  ];
}

/** A criterion, if there is a threshold. */
const ifDeclared = (measurement: string, title: string, comparison: Limit['comparison'], threshold: number | undefined, rest: Pick<Limit, 'unit' | 'mlTestScore'>): Limit[] =>
  threshold === undefined ? [] : [{ measurement, title, comparison, threshold, ...rest }];

/** Difference of a metric or prediction that a rebuilt model may show; single-threaded arithmetic on the same image shows none. */
const REPRODUCTION_TOLERANCE = 1e-9;

/** Limits on a model that was rebuilt from the manifest of a version. They hold in every environment. */
export function reproductionCriteria({ declaration: { quality } }: ModelProjectData): Criterion[] {
  const { id, measurements: m } = Checks.REPRODUCTION;
  const tolerance = quality.reproduction?.tolerance ?? REPRODUCTION_TOLERANCE;
  const limit = (measurement: string, title: string, threshold: number, unit: string): Limit => ({ measurement, title, comparison: '<=', threshold, unit, mlTestScore: 'I1' });
  return criteriaOf(id, '2.3', [
    limit(m.METRIC_DIFFERENCE, 'Difference of metrics of the rebuilt model', tolerance, NONE),
    limit(m.PREDICTION_DIFFERENCE, 'Difference of predictions of the rebuilt model', tolerance, NONE),
    limit(m.UNMATCHED_ROWS, 'Test rows that only one of the two has', 0, 'rows'),
    limit(m.ENVIRONMENT_DIFFERENCES, 'Packages of another version', 0, 'packages'),
    limit(m.DEFINITION_DIFFERENCE, 'Definition of the pipeline that is gone', 0, NONE),
    limit(m.REUSED_RESULTS, 'Results that were reused and not computed', 0, 'results'),
  ]);
}

/** Greatest difference between a served and a recorded prediction that floating-point arithmetic explains. */
const GOLDEN_TOLERANCE = 1e-9;

/** Limits on model and application together; they hold wherever the two are deployed. */
export function contractCriteria(): Criterion[] {
  const { id, measurements: m } = Checks.CONTRACT;
  return criteriaOf(id, '2.4', [
    { measurement: m.VALID_REQUESTS, title: 'Valid requests that were answered', comparison: '>=', threshold: 1, unit: NONE, mlTestScore: 'I3' },
    { measurement: m.INVALID_REQUESTS, title: 'Invalid requests refused by the name of the field', comparison: '>=', threshold: 1, unit: NONE, mlTestScore: 'D1' },
    { measurement: m.OUTPUT_FORMAT, title: 'Answers in the promised form', comparison: '>=', threshold: 1, unit: NONE, mlTestScore: 'I3' },
    {
      measurement: m.GOLDEN_DIFFERENCE,
      title: 'Difference between served and evaluated predictions',
      comparison: '<=',
      threshold: GOLDEN_TOLERANCE,
      unit: NONE,
      mlTestScore: 'O3',
    },
  ]);
}

/** Share of the intended requests that the generator must have sent, or the test says nothing about the endpoint. */
const LEAST_ACHIEVED_RATE = 0.95;

/** Limits of the load test. */
export function loadCriteria({ declaration: { serving } }: ModelProjectData): Criterion[] {
  const { id, measurements: m } = Checks.LOAD;
  const latency = (measurement: string, title: string, threshold: number): Limit => ({
    measurement,
    title: `Latency ${title}`,
    comparison: '<=',
    threshold,
    unit: 'ms',
    mlTestScore: 'O6',
  });
  return criteriaOf(id, '2.4', [
    latency(m.P50, 'p50', serving.latency.p50Milliseconds),
    latency(m.P95, 'p95', serving.latency.p95Milliseconds),
    latency(m.P99, 'p99', serving.latency.p99Milliseconds),
    {
      measurement: m.ERROR_SHARE,
      title: 'Failed requests (upper 95 % bound)',
      comparison: '<=',
      threshold: serving.loadTest.maximumErrorShare,
      unit: NONE,
      mlTestScore: 'O6',
    },
    { measurement: m.ACHIEVED_RATE, title: 'Intended requests that were sent', comparison: '>=', threshold: LEAST_ACHIEVED_RATE, unit: NONE, mlTestScore: 'O6' },
  ]);
}

/** Limits of the gate between registration and approval. */
export const qualificationCriteria = (project: ModelProjectData): Criterion[] => [...contractCriteria(), ...loadCriteria(project)];

/** Limits on what a new fleet showed while traffic shifted to it. */
export function rolloutCriteria({ declaration: { serving } }: ModelProjectData): Criterion[] {
  const { id, measurements: m } = Checks.ROLLOUT;
  return criteriaOf(id, '2.4', [
    { measurement: m.REQUESTS, title: 'Requests answered by the new fleet', comparison: '>=', threshold: serving.rollout.minimumRequests, unit: 'requests', mlTestScore: 'I6' },
  ]);
}

/** Limits of the gate at the end of a promotion. */
export const promotionCriteria = (project: ModelProjectData): Criterion[] => [...contractCriteria(), ...rolloutCriteria(project)];

/** Limits on how far a window of production may lie from the reference. */
export function driftCriteria({ declaration: { monitoring, data } }: ModelProjectData): Criterion[] {
  const { id, measurements: m } = Checks.DRIFT;
  return criteriaOf(id, '2.4', [
    { measurement: m.DRIFTED_FEATURE_SHARE, title: 'Features that drifted', comparison: '<', threshold: monitoring.drift.featureShare, unit: NONE, mlTestScore: 'O3' },
    { measurement: m.CRITICAL_FEATURES_DRIFTED, title: 'Critical features that drifted', comparison: '<=', threshold: 0, unit: 'features', mlTestScore: 'O3' },
    { measurement: m.PREDICTION_DRIFT, title: 'Predictions that drifted', comparison: '<=', threshold: 0, unit: NONE, mlTestScore: 'O7' },
    { measurement: m.UNEXPECTED_SHARE, title: 'Requests outside the expectations of the schema', comparison: '<=', threshold: data.maximumInvalidShare, unit: NONE, mlTestScore: 'O2' },
    ...ifDeclared(Checks.AGE.measurements.MODEL_AGE_DAYS, 'Age of the model', '<=', monitoring.maximumModelAgeDays, { unit: 'days', mlTestScore: 'O4' }),
  ]);
}

/** Limits on the quality of predictions whose labels have arrived. */
export const productionQualityCriteria = ({ declaration: { problemType, monitoring } }: ModelProjectData): Criterion[] =>
  criteriaOf(Checks.QUALITY.id, '2.4', [
    ...metricCriteria(problemType, monitoring.quality, 'in production', 'O7'),
    ...ifDeclared(Checks.QUALITY.measurements.OFFLINE_LOSS, 'Loss of production against the test rows', '<=', monitoring.maximumOfflineLoss, { unit: NONE, mlTestScore: 'M2' }),
  ]);

/** Limits of the gate over a window of production. */
export const monitorCriteria = (project: ModelProjectData): Criterion[] => [...driftCriteria(project), ...productionQualityCriteria(project)];
