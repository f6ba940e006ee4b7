import type { Criterion } from '../../../lambda/gate/contract';
import { Checks, classShare, STUDIES, studyId } from '../../../lambda/shared/checks/contract';
import { METRICS } from '../../../lambda/shared/metrics/contract';
import { dataCriteria, modelCriteria, monitorCriteria, promotionCriteria, qualificationCriteria } from '../../../lib/gates/criteria';
import { fixtureProject } from '../../support/fixtures';

const project = fixtureProject().data;
const { declaration } = project;
const limits = (criteria: readonly Criterion[]) => Object.fromEntries(criteria.map((c) => [`${c.check}.${c.measurement} ${c.comparison}`, c.threshold]));

test('the data gate asks what the project declares of its data', () => {
  expect(limits(dataCriteria(project))).toEqual({
    'data.rows >=': declaration.data.minimumRows,
    'data.columns <=': 0,
    'data.forbiddenColumns <=': 0,
    'data.completeness >=': declaration.data.minimumCompleteness,
    'data.invalidShare <=': declaration.data.maximumInvalidShare,
    'data.ruleViolationShare <=': declaration.data.maximumInvalidShare,
    'data.duplicateShare <=': declaration.data.maximumDuplicateShare,
    'data.repeatedShare <=': declaration.data.maximumDuplicateShare,
    'data.classShare.1 >=': declaration.data.classShares?.['1']?.minimum,
    'data.classShare.1 <=': declaration.data.classShares?.['1']?.maximum,
    'data.singleFeaturePower <=': 0.99,
    'data.sensitiveFeatures <=': 0,
    'data.ageDays <=': declaration.data.maximumAgeDays,
  });
});

test('the data gate asks for what a project may leave open only where it is declared', () => {
  const data = {
    ...declaration.data, classShares: undefined, targetMean: { minimum: 1, maximum: 2 }, maximumRows: 9, maximumNewestValueAgeDays: 8, maximumDuplicateRowShare: 0.7, maximumRuleViolationShare: 0.6,
    maximumSingleFeaturePower: 0.9, maximumDriftedFeatureShare: 0.3, featureCostBudget: 20,
  };
  expect(limits(dataCriteria({ ...project, declaration: { ...declaration, data } }))).toMatchObject({
    'data.rows <=': 9, 'data.newestValueAgeDays <=': 8, 'data.duplicateRowShare <=': 0.7, 'data.ruleViolationShare <=': 0.6, 'data.singleFeaturePower <=': 0.9,
    'data.driftedFeatureShare <=': 0.3, 'data.featureCost <=': 20, 'data.targetMean >=': 1, 'data.targetMean <=': 2,
  });
});

const STUDY_LIMITS = {
  specification: 0, stability: 0, invariance: 1e-9, reproducibility: 1e-12, schema: 0, parity: 1e-9, record: 0, staleness: 1, importance: project.schema.features.length - 1,
  dropOne: declaration.quality.baseline.margin, newFeature: 0,
};

test('the model gate asks for thresholds, for a proven gain over simpler models, for no loss against the champion, and that everything else was measured', () => {
  expect(limits(modelCriteria(project))).toEqual({
    'model.auc >=': declaration.quality.metrics.auc?.minimum,
    'model.accuracy >=': declaration.quality.metrics.accuracy?.minimum,
    'model.baselineMargin >=': declaration.quality.baseline.margin,
    'model.baselinePValue <=': declaration.quality.baseline.significance,
    'model.trivialMargin >=': declaration.quality.baseline.margin,
    'model.trivialPValue <=': declaration.quality.baseline.significance,
    'model.championDifference >=': -declaration.quality.champion.tolerance,
    'model.slices <=': 0,
    'model.fairness >=': 0,
    ...Object.fromEntries(Object.entries(STUDY_LIMITS).map(([study, threshold]) => [`model.studies.${study} <=`, threshold])),
    'model.tests.failed <=': 0,
    'model.tests.features >=': 1,
  });
});

test("what the project's own tests say is judged in every environment, and nothing else is", () => {
  const own = modelCriteria(project).filter(({ mode }) => mode === 'QUALITATIVE');
  expect(own.map(({ measurement, mlTestScore }) => [measurement, mlTestScore])).toEqual([['tests.failed', 'I2'], ['tests.features', 'D7']]);
});

test('the model gate judges attributes that gate, and asks of the others that they were measured', () => {
  const fairness = {
    attributes: [{ column: 'sex', gate: true }, { column: 'age', gate: false, bands: [30] }], floor: 0.7, minimumRows: 30, minimumPositives: 10, maximumOddsDifference: 0.2,
  };
  const slices = { columns: ['sex'], minimumRows: 50, maximumLoss: 0.05 };
  const studies = { maximumStalenessLoss: 0.04, maximumUnimportantFeatures: 2, maximumMissedPlaces: 1, reproducibilityTolerance: 1e-6 };
  const costs = { maximumModelBytes: 1e6, maximumFitSeconds: 60, maximumScoreMilliseconds: 100 };
  const asked = limits(modelCriteria({ ...project, declaration: { ...declaration, quality: { ...declaration.quality, fairness, slices, studies, costs } } }));
  expect(asked).toMatchObject({
    'model.fairness >=': 2, 'model.fairness.sex >=': 0.8, 'model.fairness.sex.floor >=': 0.7, 'model.fairness.sex.odds <=': 0.2, 'model.slices <=': 0.05,
    'model.studies.staleness <=': 0.04, 'model.studies.importance <=': 2, 'model.studies.newFeature <=': 1, 'model.studies.reproducibility <=': 1e-6,
    'model.modelBytes <=': 1e6, 'model.fitSeconds <=': 60, 'model.scoreMilliseconds <=': 100,
  });
  expect(Object.keys(asked).filter((name) => name.includes('fairness.age'))).toEqual([]);
});

test('the qualification asks for the contract and for the latency that is declared', () => {
  expect(limits(qualificationCriteria(project))).toMatchObject({
    'contract.validRequests >=': 1,
    'contract.invalidRequests >=': 1,
    'contract.outputFormat >=': 1,
    'load.p99 <=': declaration.serving.latency.p99Milliseconds,
    'load.errorShare <=': declaration.serving.loadTest.maximumErrorShare,
    'load.achievedRate >=': 0.95,
  });
});

test('the promotion asks that the new fleet was seen at work', () => {
  expect(limits(promotionCriteria(project))).toMatchObject({ 'rollout.requests >=': declaration.serving.rollout.minimumRequests });
});

test('the monitor judges the age of the model and the loss against the test rows where they are limited', () => {
  const monitoring = { ...declaration.monitoring, maximumModelAgeDays: 90, maximumOfflineLoss: 0.05 };
  expect(limits(monitorCriteria({ ...project, declaration: { ...declaration, monitoring } }))).toMatchObject({ 'drift.modelAgeDays <=': 90, 'quality.offlineLoss <=': 0.05 });
});

test('a data set counts as drifted from the declared share of features on', () => {
  expect(limits(monitorCriteria(project))).toEqual({
    'drift.driftedFeatureShare <': declaration.monitoring.drift.featureShare,
    'drift.criticalFeaturesDrifted <=': 0,
    'drift.predictionDrift <=': 0,
    'drift.unexpectedShare <=': declaration.data.maximumInvalidShare,
    'quality.auc >=': declaration.monitoring.quality.auc?.minimum,
  });
});

const ALL = [dataCriteria, modelCriteria, qualificationCriteria, promotionCriteria, monitorCriteria].flatMap((criteria) => criteria(project));

test('every criterion names a measurement that its check makes, and where the demand comes from', () => {
  const metrics = [Checks.MODEL.id, Checks.QUALITY.id].flatMap((id) => Object.keys(METRICS[declaration.problemType]).map((metric) => `${id}.${metric}`));
  const studies = Object.values(STUDIES).map((study) => `${Checks.MODEL.id}.${studyId(study)}`);
  const known = [...metrics, ...studies, ...Object.values(Checks).flatMap(({ id, measurements }) => Object.values(measurements).map((measurement) => `${id}.${measurement}`))];
  const ofClass = ({ check, measurement }: Criterion): boolean => check === Checks.DATA.id && measurement.startsWith(classShare(''));
  expect(ALL.filter((criterion) => !ofClass(criterion) && !known.includes(`${criterion.check}.${criterion.measurement}`))).toEqual([]);
  expect(ALL.filter(({ paperSection, mlTestScore, measurement }) => paperSection === '' || (mlTestScore === undefined && measurement !== 'rows'))).toEqual([]);
});
