import type { Measurement } from '../gate/contract';
import type { ArtifactManifest, EvaluationReport } from '../register/contract';
import { Checks } from '../shared/checks/contract';
import { packageChanges } from '../shared/package-changes';
import type { PredictionComparison } from './predictions';

/** What is known of a version and of the model that was rebuilt from its manifest. */
export interface ReproductionFacts {
  readonly manifest: ArtifactManifest;
  readonly rebuilt: EvaluationReport;
  readonly predictions: PredictionComparison;
  /** Whether the recorded definition of the pipeline ran. */
  readonly sameDefinition: boolean;
  /** Folder of the run that rebuilt the model. */
  readonly runUri: string;
}

const M = Checks.REPRODUCTION.measurements;

/** How far a rebuilt model is from its original. */
export const measureReproduction = (facts: ReproductionFacts): Measurement[] => [
  metricDifference(facts),
  predictionDifference(facts),
  unmatchedRows(facts),
  environmentDifferences(facts),
  definitionDifference(facts),
  reusedResults(facts),
];

function metricDifference({ manifest, rebuilt }: ReproductionFacts): Measurement {
  const names = Object.keys(manifest.evaluation.metrics);
  const missing = names.filter((name) => !Number.isFinite(rebuilt.metrics[name]));
  if (names.length === 0 || missing.length > 0) {
    return { id: M.METRIC_DIFFERENCE, status: 'notMeasured', explanation: `The rebuilt model lacks the metrics ${missing.join(', ') || '(the original has none)'}.` };
  }
  const differences = names.map((name) => ({ name, before: manifest.evaluation.metrics[name] as number, now: rebuilt.metrics[name] as number }));
  const worst = differences.toSorted((a, b) => Math.abs(b.before - b.now) - Math.abs(a.before - a.now))[0] as (typeof differences)[number];
  return {
    id: M.METRIC_DIFFERENCE,
    status: 'measured',
    value: Math.abs(worst.before - worst.now),
    sampleSize: rebuilt.rows,
    explanation: `Of ${names.length} metrics ${worst.name} differs most: ${worst.before} then, ${worst.now} rebuilt.`,
    details: differences,
  };
}

const predictionDifference = ({ predictions }: ReproductionFacts): Measurement =>
  'problem' in predictions
    ? { id: M.PREDICTION_DIFFERENCE, status: 'notMeasured', explanation: `Predictions cannot be compared: ${predictions.problem}.` }
    : {
        id: M.PREDICTION_DIFFERENCE,
        status: 'measured',
        value: predictions.difference,
        sampleSize: predictions.rows,
        explanation: `The predictions on ${predictions.rows} test rows differ by at most ${predictions.difference}.`,
      };

const unmatchedRows = ({ predictions }: ReproductionFacts): Measurement =>
  'problem' in predictions
    ? { id: M.UNMATCHED_ROWS, status: 'notMeasured', explanation: `Test rows cannot be compared: ${predictions.problem}.` }
    : {
        id: M.UNMATCHED_ROWS,
        status: 'measured',
        value: predictions.unmatched,
        sampleSize: predictions.rows,
        explanation: `${predictions.unmatched} of ${predictions.rows} test rows are in one of the two splits only.`,
      };

function environmentDifferences({ manifest, rebuilt }: ReproductionFacts): Measurement {
  const changed = packageChanges(manifest.environment, rebuilt.environment);
  const known = Object.keys(manifest.environment.packages).length;
  return {
    id: M.ENVIRONMENT_DIFFERENCES,
    status: 'measured',
    value: changed.length,
    sampleSize: known + 1,
    explanation: changed.length === 0 ? `Python and ${known} packages are the same.` : `Other versions: ${changed.join(', ')}.`,
  };
}

const definitionDifference = ({ manifest, sameDefinition }: ReproductionFacts): Measurement => ({
  id: M.DEFINITION_DIFFERENCE,
  status: 'measured',
  value: sameDefinition ? 0 : 1,
  explanation: sameDefinition
    ? `Version ${manifest.code.pipelineVersionId} of the pipeline ran, with the recorded definition.`
    : `SageMaker has the recorded definition (version ${manifest.code.pipelineVersionId}, ${manifest.code.pipelineDefinitionDigest}) no longer; the present one ran.`,
});

/** A step whose inputs lie in an earlier run was not computed anew: what is compared would be the original itself. */
function reusedResults({ rebuilt, runUri }: ReproductionFacts): Measurement {
  const reused = [rebuilt.data?.trainUri, rebuilt.data?.tuneUri].filter((uri) => typeof uri === 'string' && !uri.startsWith(`${runUri}/`));
  return {
    id: M.REUSED_RESULTS,
    status: 'measured',
    value: reused.length,
    explanation: reused.length === 0 ? 'Every step was computed anew.' : `The pipeline reused ${reused.join(', ')} (training.cacheDays): nothing was rebuilt from that; reproduce after the cache has expired.`,
  };
}
