import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { METRICS, primaryMetric } from '../shared/metrics';
import type { ModelProjectData } from '../shared/project/contract';
import { rounded } from '../shared/words';

const ID = Checks.QUALITY.measurements.OFFLINE_LOSS;

/**
 * Puts what each metric was on the test rows beside what it is in the window, and measures how much worse the primary one is online: a test that says
 * nothing about production shows here.
 *
 * @param offline metrics of the champion on its test rows, by name
 */
export function withOffline(online: readonly Measurement[], offline: Readonly<Record<string, number>> | undefined, { declaration }: ModelProjectData): Measurement[] {
  const beside = online.map((measurement): Measurement => {
    const value = offline?.[measurement.id];
    if (value === undefined || measurement.value === undefined) {
      return measurement;
    }
    const details = { ...(measurement.details as object | undefined), offline: value, difference: measurement.value - value };
    return { ...measurement, explanation: `${measurement.explanation}; on the test rows it was ${rounded(value)}`, details };
  });
  const { metric, higherIsBetter } = primaryMetric(declaration.problemType);
  const title = METRICS[declaration.problemType][metric]?.title ?? metric;
  const [test, window] = [offline?.[metric], online.find(({ id }) => id === metric)];
  if (window?.value === undefined) {
    return [...beside, { id: ID, status: window?.status ?? 'notMeasured', explanation: window?.explanation ?? `${title} of the window was not measured` }];
  }
  if (test === undefined) {
    return [...beside, { id: ID, status: 'notMeasured', explanation: `the reference of the champion does not tell its ${title} on the test rows` }];
  }
  const value = higherIsBetter ? test - window.value : window.value / test - 1;
  return [
    ...beside,
    { id: ID, status: 'measured', value, ...(window.sampleSize !== undefined && { sampleSize: window.sampleSize }), explanation: `${title} is ${rounded(window.value)} online and was ${rounded(test)} offline` },
  ];
}
