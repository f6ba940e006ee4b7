import type { Measurement } from '../../gate/contract';
import { Checks } from '../../shared/checks/contract';
import type { ReferenceProfile } from '../../shared/profile/contract';
import { assessFeatures } from '../../shared/profile/drift';
import type { ModelProjectData } from '../../shared/project/contract';
import { counted, figure, list, percent } from '../../shared/words';
import type { SnapshotFacts } from '../facts';
import { notApplicable, notMeasured } from './found';

const ID = Checks.DATA.measurements.DRIFTED_FEATURE_SHARE;
const SHOWN = 5;

/** How far the snapshot lies from what the champion was trained on: effect and significance, as the monitor judges production. */
export function measureDrift({ profiles, rows }: SnapshotFacts, reference: ReferenceProfile | undefined, { schema, declaration: { monitoring } }: ModelProjectData): Measurement {
  if (reference === undefined) {
    return notApplicable(ID, 'there is no champion to compare with');
  }
  if (rows < monitoring.minimumRows) {
    return notMeasured(ID, `not enough data: ${counted(rows, 'row')}, monitoring.minimumRows is ${figure(monitoring.minimumRows)}`);
  }
  const other = schema.features.filter(({ name }) => reference.features[name]?.kind !== profiles[name]?.kind).map(({ name }) => name);
  if (other.length > 0) {
    return notApplicable(ID, `the champion was trained on another schema (version ${reference.schemaVersion}), which has not or not in this form: ${list(other)}`);
  }
  const features = assessFeatures(reference, profiles, { ...monitoring.drift, criticalFeatures: [] });
  const drifted = features.filter(({ state }) => state === 'drifted').toSorted((a, b) => b.psi - a.psi);
  const closest = features.toSorted((a, b) => b.psi - a.psi)[0];
  return {
    id: ID,
    status: 'measured',
    value: drifted.length / features.length,
    sampleSize: rows,
    explanation: drifted.length === 0
      ? `none of ${counted(features.length, 'feature')} drifted from the champion's training data${closest === undefined ? '' : `; largest PSI: ${closest.explanation}`}`
      : `${drifted.length} of ${counted(features.length, 'feature')} (${percent(drifted.length / features.length)}) drifted from the champion's training data: ${list(drifted.map(({ explanation }) => explanation), SHOWN)}`,
    details: { features },
  };
}
