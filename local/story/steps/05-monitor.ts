import { deliver } from '../data';
import { application, expect, labelsPrefix, requestColumns, type Step, type Story, trafficOf, verdicts } from '../story';
import { send } from '../traffic';
import { waitFor } from '../wait';
import type { FoundVerdict } from '../evidence';

export const measured = (found: FoundVerdict, measurement: string) =>
  found.verdict.criteria.find((criterion) => criterion.measurement === measurement && criterion.value !== undefined);

export const monitorVerdicts = (story: Story): Promise<FoundVerdict[]> => verdicts(story, 'prod', 'monitor');

/** Rows of the windows whose drift was measured, of the verdicts after the first `skip`. */
const measuredRows = (found: readonly FoundVerdict[]): number =>
  found.reduce((rows, one) => rows + (measured(one, 'driftedFeatureShare')?.sampleSize ?? 0), 0);

export const monitorQuiet: Step = {
  number: 5,
  title: 'Live traffic of 2016: the monitor sees no drift; the labels arrive and quality is measured',
  async run(story) {
    const records = await story.data.records(2016, story.full ? 20_000 : 6_000, requestColumns(story));
    const report = trafficOf(story, '2016');
    await send(await application(story), records, 50, report);
    expect(report.failed === 0, `${report.failed} of ${report.requests} requests failed: ${JSON.stringify(report.failures)}`);
    story.reporter.line('callers', `${report.records} predictions served in ${report.requests} requests`);
    const windows = await waitFor(
      'the monitor to measure the traffic on its schedule',
      async () => {
        const found = await monitorVerdicts(story);
        return measuredRows(found) >= records.length * 0.8 ? found : undefined;
      },
      { seconds: 60, everyMilliseconds: 300 },
    );
    const breached = windows.find(({ verdict }) => verdict.outcome !== 'passed');
    expect(breached === undefined, `a harmless window breached: ${breached?.verdict.criteria.map(({ reason }) => reason).join(' ')}`);
    const labels = await story.data.parquet('labels-2016', [2016], { only: [story.project.schema.recordId.name, story.project.schema.target.name] });
    await deliver(story.world, labelsPrefix(story), '2016', labels);
    const quality = await waitFor(
      'the monitor to measure quality on the labels that arrived',
      async () => (await monitorVerdicts(story)).find((one) => measured(one, 'auc') !== undefined),
      { seconds: 60, everyMilliseconds: 300 },
    );
    expect(quality.verdict.outcome === 'passed', quality.verdict.criteria.map(({ reason }) => reason).join(' '));
    return `${windows.length} windows without drift, AUC on live traffic ${measured(quality, 'auc')?.value?.toFixed(4)}`;
  },
};
