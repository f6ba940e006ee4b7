import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { compare, handler, type Serving } from '../../../lambda/reconcile';
import type { ChampionRecord } from '../../../lambda/shared/process/contract';
import { Env } from '../../../lambda/shared/runtime/contract';
import { provideProject, silence } from '../serving-project';

const CHAMPION = { modelPackageArn: 'arn:package/7', endpointName: 'prod-people', endpointConfigName: 'v7' } as ChampionRecord;
const serving = (status: string, endpointConfigName = 'v7'): Serving => ({ status, endpointConfigName });

test.each<[string, ChampionRecord | undefined, Serving | undefined, boolean]>([
  ['the champion serves', CHAMPION, serving('InService'), true],
  ['another configuration serves', CHAMPION, serving('InService', 'v6'), false],
  ['nothing was promoted yet', undefined, undefined, true],
  ['the endpoint is gone', CHAMPION, undefined, false],
  ['something serves that nobody recorded', undefined, serving('InService'), false],
  ['a shift is under way', CHAMPION, serving('Updating', 'v6'), true],
  ['the endpoint failed', CHAMPION, serving('Failed'), false],
])('where %s, that is told', (_, champion, endpoint, agrees) => {
  const result = compare(champion, endpoint);
  expect(result.agrees).toBe(agrees);
  expect(result.finding).not.toBe('');
});

describe('the function', () => {
  const sageMaker = mockClient(SageMakerClient);
  const ssm = mockClient(SSMClient);
  const cloudWatch = mockClient(CloudWatchClient);

  beforeAll(() => {
    provideProject({ [Env.ENDPOINT_NAME]: 'prod-people', [Env.ENVIRONMENT]: 'prod' });
    silence();
  });

  afterAll(() => jest.restoreAllMocks());

  beforeEach(() => {
    [sageMaker, ssm, cloudWatch].forEach((client) => client.reset());
    ssm.on(GetParameterCommand, { Name: '/mlops/people/champion' }).resolves({ Parameter: { Value: JSON.stringify(CHAMPION) } });
    cloudWatch.on(PutMetricDataCommand).resolves({});
  });

  const published = (): unknown => cloudWatch.commandCalls(PutMetricDataCommand)[0]?.args[0].input;

  test('publishes 1 while the champion serves', async () => {
    sageMaker.on(DescribeEndpointCommand).resolves({ EndpointStatus: 'InService', EndpointConfigName: 'v7' });
    await handler();
    expect(published()).toEqual({
      Namespace: 'MLOps/people',
      MetricData: [{ MetricName: 'ChampionServes', Dimensions: [{ Name: 'Environment', Value: 'prod' }], Value: 1, Unit: 'None' }],
    });
  });

  test('publishes 0 when the endpoint is gone', async () => {
    sageMaker.on(DescribeEndpointCommand).rejects(Object.assign(new Error('Could not find endpoint "x".'), { name: 'ValidationException' }));
    expect(await handler()).toMatchObject({ agrees: false });
    expect(published()).toMatchObject({ MetricData: [{ Value: 0 }] });
  });

  test('publishes nothing when it could not look', async () => {
    sageMaker.on(DescribeEndpointCommand).rejects(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
    await expect(handler()).rejects.toThrow('not authorized');
    expect(cloudWatch.calls()).toHaveLength(0);
  });
});
