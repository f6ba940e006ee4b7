import { deliver } from '../data';
import { executionArns, nextExecution } from '../executions';
import { application, champion, development, expect, labelsPrefix, oneLine, requestColumns, type Step, trafficOf, verdicts, watch } from '../story';
import { send } from '../traffic';
import { waitFor } from '../wait';
import { measured, monitorVerdicts } from './05-monitor';

/** The upstream system starts to send ages in months. */
const MONTHS = { AGEP: '"AGEP" * 12' };

export const drift: Step = {
  number: 8,
  title: 'Ages arrive in months: drift alarm, retraining starts by itself, the data gate stops the broken data',
  async run(story) {
    const before = await champion(story);
    const started = await executionArns(story.world, development(story));
    const known = (await monitorVerdicts(story)).length;
    const records = await story.data.records(2017, 4_000, requestColumns(story), MONTHS);
    const half = records.length / 2;
    const report = trafficOf(story, '2017 with ages in months');
    const breaches = (count: number) =>
      waitFor(
        `${count} windows to breach`,
        async () => {
          const failed = (await monitorVerdicts(story)).slice(known).filter(({ verdict }) => verdict.outcome === 'failed');
          return failed.length >= count ? failed : undefined;
        },
        { seconds: 60, everyMilliseconds: 200 },
      );
    await send(await application(story), records.slice(0, half), 50, report);
    const labels = await story.data.parquet('labels-2017', [2017], { only: [story.project.schema.recordId.name, story.project.schema.target.name] });
    await deliver(story.world, labelsPrefix(story), '2017', labels);
    const [first] = await breaches(1);
    const share = first === undefined ? undefined : measured(first, 'driftedFeatureShare');
    story.reporter.line('prod monitor', oneLine(first?.verdict.criteria.filter(({ outcome }) => outcome === 'failed').map(({ reason }) => reason).join(' ')));
    await send(await application(story), records.slice(half), 50, report);
    await breaches(2);
    const arn = await nextExecution(story.world, development(story), started, 60);
    const execution = await watch(story, development(story), arn);
    expect(execution.status === 'FAILED' && execution.error === 'GateFailed', `the retraining ended ${execution.status} ${execution.error ?? ''}: ${oneLine(execution.cause)}`);
    const stopped = (await verdicts(story, 'prod', 'data')).at(-1)?.verdict;
    expect(stopped?.outcome === 'failed', `the last verdict of the data gate is ${stopped?.outcome}`);
    expect((await champion(story))?.modelPackageArn === before?.modelPackageArn, 'the champion changed');
    const reasons = stopped.criteria.filter(({ outcome }) => outcome === 'failed').map(({ reason }) => reason);
    return `drift in ${((share?.value ?? 0) * 100).toFixed(0)} % of the features; the data gate said no: ${reasons.join(' ')}`;
  },
};
