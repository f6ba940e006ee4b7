import { Checks, classShare, type Criterion } from '../../../lambda/gate/contract';
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

test('the model gate asks for thresholds, for a proven gain over the baseline and for no loss against the champion', () => {
  expect(limits(modelCriteria(project))).toEqual({
    'model.auc >=': declaration.quality.metrics.auc?.minimum,
    'model.accuracy >=': declaration.quality.metrics.accuracy?.minimum,
    'model.baselineMargin >=': declaration.quality.baseline.margin,
    'model.baselinePValue <=': declaration.quality.baseline.significance,
    'model.championDifference >=': -declaration.quality.champion.tolerance,
  });
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
  const known = [...metrics, ...Object.values(Checks).flatMap(({ id, measurements }) => Object.values(measurements).map((measurement) => `${id}.${measurement}`))];
  const ofClass = ({ check, measurement }: Criterion): boolean => check === Checks.DATA.id && measurement.startsWith(classShare(''));
  expect(ALL.filter((criterion) => !ofClass(criterion) && !known.includes(`${criterion.check}.${criterion.measurement}`))).toEqual([]);
  expect(ALL.filter(({ paperSection, mlTestScore, measurement }) => paperSection === '' || (mlTestScore === undefined && measurement !== 'rows'))).toEqual([]);
});
