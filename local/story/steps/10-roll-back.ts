import { executionArns, nextExecution } from '../executions';
import { admitted, application, approve, champion, development, endpoint, expect, oneLine, output, promotion, type Registered, requestColumns, type Step, trafficOf, triggered, versionOf, watch } from '../story';
import { startTraffic } from '../traffic';
import { waitFor } from '../wait';
import { qualificationOf } from './03-qualify';
import { startByHand } from './start';

export const rollBack: Step = {
  number: 10,
  title: 'A version that passes every test breaks in production: alarm and automatic rollback',
  async run(story) {
    const before = await champion(story);
    const { modelPackageArn } = output<Registered>(await triggered(story, development(story), () => startByHand(story, 'retrain')));
    output(await qualificationOf(story, modelPackageArn));
    await admitted(story, modelPackageArn);
    const records = await story.data.records(2018, 2_000, requestColumns(story));
    const report = trafficOf(story, '2018 during the rollback');
    const stop = startTraffic(await application(story), records, 30, report);
    let fault: string | undefined;
    try {
      const known = await executionArns(story.world, promotion(story));
      await approve(story, modelPackageArn);
      const arn = await nextExecution(story.world, promotion(story), known);
      const candidate = await waitFor(
        'the shift to begin',
        async () => {
          const live = await endpoint(story, 'prod');
          return live?.EndpointStatus === 'Updating' ? live.PendingDeploymentSummary?.EndpointConfigName : undefined;
        },
        { seconds: 60, everyMilliseconds: 20 },
      );
      fault = await story.faults.add({
        service: 'sagemaker',
        operation: 'InvokeEndpoint',
        match: { EndpointConfigName: candidate },
        error: { code: 'ModelError', message: 'Received server error (500) from primary with message "injected"', status: 500 },
      });
      story.reporter.line('fault', `the new fleet ${candidate} answers 500 from now on`);
      const execution = await watch(story, promotion(story), arn);
      expect(execution.status === 'FAILED' && execution.error === 'PromotionRolledBack', `the promotion ended ${execution.status} ${execution.error ?? ''}: ${oneLine(execution.cause)}`);
    } finally {
      if (fault !== undefined) {
        await story.faults.remove(fault);
      }
      await stop();
    }
    const live = await endpoint(story, 'prod');
    expect(live?.EndpointStatus === 'InService', `the endpoint is ${live?.EndpointStatus}`);
    expect(live.EndpointConfigName === before?.endpointConfigName, `the endpoint serves ${live.EndpointConfigName}`);
    expect((await champion(story))?.modelPackageArn === before?.modelPackageArn, 'the champion changed');
    expect(report.served > report.failed, `${report.failed} of ${report.requests} requests failed`);
    story.endpointHistory.push({ step: 10, what: `rolled back from ${versionOf(modelPackageArn)}`, modelPackageArn: before?.modelPackageArn ?? '' });
    return `${versionOf(modelPackageArn)} rolled back to ${versionOf(before?.modelPackageArn ?? '')}; ${report.served} of ${report.requests} requests served meanwhile`;
  },
};
