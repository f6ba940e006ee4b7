import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import type { ReferenceProfile } from '../shared/profile/contract';
import { assessDrift, type ColumnDrift, type WindowProfile } from '../shared/profile/drift';
import type { ModelDeclaration } from '../shared/project/contract';
import { counted, figure, list, percent } from '../shared/words';

const ID = Checks.DRIFT.measurements;

/** Nothing can be said about drift, with the reason. */
export const noDriftMeasured = (explanation: string): Measurement[] => Object.values(ID).map((id) => ({ id, status: 'notMeasured', explanation }));

/** Sentences shown of many columns; the evidence holds them all. */
const SHOWN = 5;

/** Everything that the drift check measures. */
export function measureDrift(reference: ReferenceProfile, window: WindowProfile, monitoring: ModelDeclaration['monitoring']): Measurement[] {
  if (window.rows < monitoring.minimumRows) {
    return noDriftMeasured(`not enough data: the window has ${counted(window.rows, 'prediction')}, monitoring.minimumRows is ${figure(monitoring.minimumRows)}`);
  }
  const report = assessDrift(reference, window, monitoring.drift);
  const { features, drifted, criticalDrifted, prediction } = report;
  const critical = monitoring.drift.criticalFeatures;
  const sampleSize = window.rows;
  return [
    {
      id: ID.DRIFTED_FEATURE_SHARE,
      status: 'measured',
      value: report.driftedShare,
      sampleSize,
      explanation: drifted.length === 0
        ? `none of ${counted(features.length, 'feature')} drifted in ${counted(window.rows, 'prediction')}; ${strongest(features)}`
        : `${drifted.length} of ${counted(features.length, 'feature')} (${percent(report.driftedShare)}) drifted: ${sentences(drifted)}`,
      details: { features },
    },
    {
      id: ID.CRITICAL_FEATURES_DRIFTED,
      status: 'measured',
      value: criticalDrifted.length,
      sampleSize,
      explanation: criticalDrifted.length === 0
        ? critical.length === 0 ? 'the project names no critical feature' : `no critical feature drifted (${list(critical)})`
        : sentences(criticalDrifted),
    },
    {
      id: ID.PREDICTION_DRIFT,
      status: 'measured',
      value: prediction.state === 'drifted' ? 1 : 0,
      sampleSize,
      explanation: prediction.explanation,
      details: prediction,
    },
  ];
}

const sentences = (columns: readonly ColumnDrift[]): string =>
  columns.toSorted((a, b) => b.psi - a.psi).slice(0, SHOWN).map(({ explanation }) => explanation).join('; ') +
  (columns.length > SHOWN ? `; and ${columns.length - SHOWN} more` : '');

/** What comes closest to drift when nothing drifted. */
function strongest(features: readonly ColumnDrift[]): string {
  const [first] = features.toSorted((a, b) => b.psi - a.psi);
  return first === undefined ? '' : `largest PSI: ${first.explanation}`;
}
