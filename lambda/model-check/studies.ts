import type { Measurement } from '../gate/contract';
import { STUDIES, studyId } from '../shared/checks/contract';
import type { StudiesReport } from './contract';

/**
 * What the studies of the pipeline found, as measurements. The studies measured beside the model, in its own container; nothing is computed twice
 * here. A study that left no finding was not measured.
 *
 * @param problem why the report could not be read
 */
export function measureStudies(report: StudiesReport | undefined, problem = 'studies.json holds no finding of it'): Measurement[] {
  return Object.values(STUDIES).map((study): Measurement => {
    const [id, finding] = [studyId(study), report?.studies?.[study]];
    if (finding === undefined) {
      return { id, status: 'notMeasured', explanation: problem };
    }
    const { status, value, sampleSize, explanation, details, seconds } = finding;
    const measured = status === 'measured' && typeof value === 'number' && Number.isFinite(value);
    return {
      id,
      // A finding that calls itself measured and has no number was not measured.
      status: status === 'measured' && !measured ? 'notMeasured' : status,
      ...(measured && { value }),
      ...(sampleSize !== undefined && { sampleSize }),
      explanation,
      details: { ...(details as object | undefined), ...(seconds !== undefined && { seconds }) },
    };
  });
}
