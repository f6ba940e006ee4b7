import { DescribeEndpointConfigCommand } from '@aws-sdk/client-sagemaker';
import { deliver } from '../data';
import { admitted, application, approve, champion, development, endpoint, expect, output, promotion, type Registered, requestColumns, type Step, trafficOf, trainingPrefix, triggered, versionOf } from '../story';
import { startTraffic } from '../traffic';
import { qualificationOf } from './03-qualify';

export const replace: Step = {
  number: 9,
  title: 'The data of 2016 and 2017 arrives: a new version takes over under live traffic',
  async run(story) {
    const before = await champion(story);
    const { modelPackageArn } = output<Registered>(
      await triggered(story, development(story), async () =>
        deliver(story.world, trainingPrefix(story), '2016-2017', await story.data.parquet('2016-2017', [2016, 2017])),
      ),
    );
    output(await qualificationOf(story, modelPackageArn));
    await admitted(story, modelPackageArn);
    const records = await story.data.records(2018, 2_000, requestColumns(story));
    const report = trafficOf(story, '2018 during the blue/green deployment');
    const stop = startTraffic(await application(story), records, 30, report);
    try {
      output(await triggered(story, promotion(story), () => approve(story, modelPackageArn)));
    } finally {
      await stop();
    }
    expect(report.failed === 0, `${report.failed} of ${report.requests} requests failed during the shift: ${JSON.stringify(report.failures)}`);
    const record = await champion(story);
    expect(record?.modelPackageArn === modelPackageArn, `the champion is ${record?.modelPackageArn}`);
    expect((await endpoint(story, 'prod'))?.EndpointConfigName === record.endpointConfigName, 'the endpoint does not serve the champion');
    expect(await isRetired(story.world.in('prod').sagemaker, before?.endpointConfigName ?? ''), `${before?.endpointConfigName} was not retired`);
    story.endpointHistory.push({ step: 9, what: `replaced ${versionOf(before?.modelPackageArn ?? '')}`, modelPackageArn });
    return `${versionOf(modelPackageArn)} took over from ${versionOf(before?.modelPackageArn ?? '')}, ${report.served} requests served, none failed`;
  },
};

async function isRetired(sagemaker: { send(command: DescribeEndpointConfigCommand): Promise<unknown> }, EndpointConfigName: string): Promise<boolean> {
  try {
    await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    return false;
  } catch (error) {
    return error instanceof Error && error.name === 'ValidationException';
  }
}
