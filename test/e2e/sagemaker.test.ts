import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateEndpointCommand, CreatePipelineCommand, CreateProcessingJobCommand,
  CreateTrainingJobCommand, DeleteEndpointCommand, DeleteEndpointConfigCommand, DescribeEndpointCommand,
  DescribePipelineExecutionCommand, DescribeProcessingJobCommand, DescribeTrainingJobCommand, ListPipelineExecutionStepsCommand,
  StartPipelineExecutionCommand, StopTrainingJobCommand, UpdateEndpointCommand,
  type CreateTrainingJobCommandInput, type DeploymentConfig,
} from '@aws-sdk/client-sagemaker';
import { BUCKET, IMAGE, invoke, ROLE, serveable, settled, startWorld, until, type World } from './sagemaker-world';

const TRAIN = `
import argparse, json, os, sys
parser = argparse.ArgumentParser()
parser.add_argument('--factor', type=float)
parser.add_argument('--mode', default='work')
options = parser.parse_args()
if options.mode == 'fail':
    open(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w').write('the labels are all the same')
    sys.exit(3)
if options.mode == 'hang':
    import time
    print('hanging', flush=True)
    time.sleep(600)
rows = [json.load(open(os.path.join(os.environ['SM_CHANNEL_TRAIN'], name))) for name in os.listdir(os.environ['SM_CHANNEL_TRAIN'])]
model = os.environ['SM_MODEL_DIR']
json.dump({'factor': options.factor, 'rows': len(rows), 'aws': [name for name in os.environ if name.startswith('AWS')]}, open(model + '/model.json', 'w'))
`;

const MEASURE = `
import json, socket, sys
factor = json.load(open('/opt/ml/processing/input/data/a.json'))['value']
try:
    socket.create_connection(('127.0.0.1', int(sys.argv[1])), 1)
    network = True
except OSError:
    network = False
json.dump({'metrics': {'auc': factor}, 'network': network}, open('/opt/ml/processing/output/measure/metrics.json', 'w'))
`;

const trainingInput = (name: string, hyperparameters: Record<string, string>): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  RoleArn: ROLE,
  AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
  HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: '/opt/ml/input/data/code', ...hyperparameters },
  InputDataConfig: ['train', 'code'].map((ChannelName) => ({
    ChannelName, DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: `s3://${BUCKET}/jobs/${ChannelName}` } },
  })),
  OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/jobs/out/` },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
  EnableNetworkIsolation: true,
});

const processingArguments = (port: string): object => ({
  RoleArn: ROLE,
  ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 } },
  AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: ['python3', '/opt/ml/processing/input/code/measure.py'], ContainerArguments: [port] },
  ProcessingInputs: ['code', 'data'].map((name) => ({
    InputName: name,
    S3Input: { S3Uri: `s3://${BUCKET}/processing/${name}/`, LocalPath: `/opt/ml/processing/input/${name}`, S3DataType: 'S3Prefix', S3InputMode: 'File' },
  })),
  ProcessingOutputConfig: {
    Outputs: [{ OutputName: 'measure', S3Output: { S3Uri: `s3://${BUCKET}/measured/`, LocalPath: '/opt/ml/processing/output/measure', S3UploadMode: 'EndOfJob' } }],
  },
});

describe('the local SageMaker', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld();
    await world.put('jobs/code/train.py', TRAIN);
    await world.put('jobs/train/1.json', '{"a":1}');
    await world.put('jobs/train/2.json', '{"a":2}');
    await world.put('processing/code/measure.py', MEASURE);
    await world.put('processing/data/a.json', '{"value":0.9}');
  }, 120_000);

  afterAll(() => world.stop(), 30_000);

  const port = (): string => world.cloud.endpoint.split(':').at(-1) ?? '';

  const trained = (TrainingJobName: string) => until(TrainingJobName, async () => {
    const job = await world.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    return job.TrainingJobStatus === 'InProgress' || job.TrainingJobStatus === 'Stopping' ? undefined : job;
  });

  describe('jobs', () => {
    test('a training job runs the script in script mode, without credentials, and stores model.tar.gz', async () => {
      await world.sagemaker.send(new CreateTrainingJobCommand(trainingInput('train-ok', { factor: '2.5' })));
      const job = await trained('train-ok');
      expect(job.FailureReason).toBeUndefined();
      expect(job).toMatchObject({
        TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed', ModelArtifacts: { S3ModelArtifacts: `s3://${BUCKET}/jobs/out/train-ok/output/model.tar.gz` },
      });
      const archive = await world.get('jobs/out/train-ok/output/model.tar.gz');
      const model = JSON.parse(execFileSync('tar', ['-xzO', 'model.json'], { input: archive }).toString()) as object;
      expect(model).toEqual({ factor: 2.5, rows: 2, aws: [] });
      const statuses = world.events.filter(({ resources }) => resources[0]?.endsWith('train-ok')).map(({ detail }) => (detail as { SecondaryStatus: string }).SecondaryStatus);
      expect(statuses).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']);
    }, 30_000);

    test('the failure file of a training job becomes its failure reason', async () => {
      await world.sagemaker.send(new CreateTrainingJobCommand(trainingInput('train-bad', { mode: 'fail' })));
      expect(await trained('train-bad')).toMatchObject({ TrainingJobStatus: 'Failed', FailureReason: 'AlgorithmError: the labels are all the same, exit code: 3' });
    }, 30_000);

    test('a stopped training job ends, and so does its process', async () => {
      await world.sagemaker.send(new CreateTrainingJobCommand(trainingInput('train-stop', { mode: 'hang' })));
      const log = join(world.folder, 'logs', 'sagemaker', 'train-stop.log');
      await until('the script', async () => (existsSync(log) && readFileSync(log, 'utf8').includes('hanging') ? true : undefined));
      expect(descendants().map(({ name }) => name)).toContain('train.py');
      await world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'train-stop' }));
      expect(await trained('train-stop')).toMatchObject({ TrainingJobStatus: 'Stopped' });
      expect(descendants().map(({ name }) => name)).not.toContain('train.py');
    }, 30_000);

    test('a training job that runs too long is ended', async () => {
      await world.sagemaker.send(new CreateTrainingJobCommand({ ...trainingInput('train-long', { mode: 'hang' }), StoppingCondition: { MaxRuntimeInSeconds: 1 } }));
      expect(await trained('train-long')).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' });
    }, 30_000);

    test('a missing input fails the job and names it', async () => {
      const input = trainingInput('train-empty', { factor: '1' });
      const [channel] = input.InputDataConfig ?? [];
      await world.sagemaker.send(new CreateTrainingJobCommand({
        ...input,
        InputDataConfig: [{ ...channel, ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/nothing/` } } }],
      }));
      expect((await trained('train-empty')).FailureReason).toContain('no S3 objects found under the S3 URL "s3://models/nothing/"');
    }, 30_000);

    test('a processing job has its inputs, no network, and its outputs stored', async () => {
      await world.sagemaker.send(new CreateProcessingJobCommand({ ProcessingJobName: 'measure', ...processingArguments(port()) } as never));
      const job = await until('measure', async () => {
        const found = await world.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'measure' }));
        return found.ProcessingJobStatus === 'InProgress' ? undefined : found;
      });
      expect(job.FailureReason).toBeUndefined();
      expect(job.ProcessingJobStatus).toBe('Completed');
      expect(JSON.parse((await world.get('measured/metrics.json')).toString())).toEqual({ metrics: { auc: 0.9 }, network: false });
    }, 30_000);
  });

  describe('pipelines', () => {
    const definition = (minimum: number): string => JSON.stringify({
      Version: '2020-12-01',
      Parameters: [{ Name: 'Factor', Type: 'String' }, { Name: 'Minimum', Type: 'Float', DefaultValue: minimum }],
      Steps: [
        { Name: 'Measure', Type: 'Processing', Arguments: processingArguments(port()), PropertyFiles: [{ PropertyFileName: 'Metrics', OutputName: 'measure', FilePath: 'metrics.json' }] },
        {
          Name: 'Gate',
          Type: 'Condition',
          Arguments: {
            Conditions: [{
              Type: 'GreaterThanOrEqualTo',
              LeftValue: { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.Measure.PropertyFiles.Metrics' }, Path: 'metrics.auc' } },
              RightValue: { Get: 'Parameters.Minimum' },
            }],
            IfSteps: [{
              Name: 'Train',
              Type: 'Training',
              Arguments: {
                ...trainingInput('left-out', {}),
                TrainingJobName: undefined,
                HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: '/opt/ml/input/data/code', factor: { Get: 'Parameters.Factor' } },
              },
            }],
            ElseSteps: [{ Name: 'Refuse', Type: 'Fail', Arguments: { ErrorMessage: { 'Std:Join': { On: ' ', Values: ['auc below', { Get: 'Parameters.Minimum' }] } } } }],
          },
        },
      ],
    });

    const run = async (name: string, minimum: number) => {
      await world.sagemaker.send(new CreatePipelineCommand({ PipelineName: name, RoleArn: ROLE, PipelineDefinition: definition(minimum), ClientRequestToken: `${name}-${'x'.repeat(32)}` }));
      const { PipelineExecutionArn } = await world.sagemaker.send(new StartPipelineExecutionCommand({ PipelineName: name, PipelineParameters: [{ Name: 'Factor', Value: '4' }] }));
      const execution = await until(name, async () => {
        const found = await world.sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn }));
        return found.PipelineExecutionStatus === 'Executing' ? undefined : found;
      });
      const { PipelineExecutionSteps = [] } = await world.sagemaker.send(new ListPipelineExecutionStepsCommand({ PipelineExecutionArn }));
      return { execution, steps: PipelineExecutionSteps };
    };

    test('a pipeline runs the branch that its condition chooses, with the jobs in its steps', async () => {
      const { execution, steps } = await run('good', 0.8);
      expect(execution.PipelineExecutionStatus).toBe('Succeeded');
      expect(steps.map(({ StepName, StepStatus }) => [StepName, StepStatus])).toEqual([['Measure', 'Succeeded'], ['Gate', 'Succeeded'], ['Train', 'Succeeded']]);
      expect(steps[2]?.Metadata?.TrainingJob?.Arn).toContain(':training-job/pipelines-');
      expect(steps[1]?.Metadata?.Condition?.Outcome).toBe('True');
    }, 60_000);

    test('a fail step ends the pipeline with its message', async () => {
      const { execution, steps } = await run('strict', 0.95);
      expect(execution.PipelineExecutionStatus).toBe('Failed');
      expect(steps.at(-1)).toMatchObject({ StepName: 'Refuse', StepStatus: 'Failed', FailureReason: 'auc below 0.95' });
    }, 60_000);
  });

  describe('endpoints', () => {
    const canary: DeploymentConfig = {
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: 'CANARY', CanarySize: { Type: 'CAPACITY_PERCENT', Value: 50 }, WaitIntervalInSeconds: 300 },
        TerminationWaitInSeconds: 60,
      },
    };

    test('an endpoint answers, and maps the errors of the inference script', async () => {
      await serveable(world, 'simple', 2);
      await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'simple', EndpointConfigName: 'simple' }));
      expect(await settled(world, 'simple')).toMatchObject({ EndpointStatus: 'InService' });
      expect(await invoke(world, 'simple', 21)).toEqual({ status: 200, body: '{"y": 42, "factor": 2}', variant: 'AllTraffic' });
      expect(await invoke(world, 'simple', 'refuse')).toMatchObject({ status: 422, body: expect.stringContaining('"field": "x"') as string });
      expect(await invoke(world, 'simple', 'break')).toMatchObject({ status: 500 });
      expect(await invoke(world, 'simple', 1, 'text/plain')).toMatchObject({ status: 415 });
      expect(await invoke(world, 'absent', 1)).toMatchObject({ status: 400, body: expect.stringContaining('not found') as string });
    }, 30_000);

    test('a configuration in use cannot be deleted', async () => {
      await expect(world.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'simple' }))).rejects.toMatchObject({ name: 'ValidationException' });
    });

    test('a model server that dies is started again', async () => {
      world.cloud.faults.add({ service: 'sagemaker', operation: 'InvokeEndpoint', match: { EndpointName: 'simple' }, kill: true, times: 1 });
      expect((await invoke(world, 'simple', 1)).status).not.toBe(200);
      await until('the restart', async () => ((await invoke(world, 'simple', 1)).status === 200 ? true : undefined));
    }, 30_000);

    test('a canary update under load fails no request and ends on the new configuration', async () => {
      await serveable(world, 'next', 10);
      const load = startLoad(world, 'simple');
      await world.sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'simple', EndpointConfigName: 'next', DeploymentConfig: canary }));
      expect(await settled(world, 'simple')).toMatchObject({ EndpointConfigName: 'next', EndpointStatus: 'InService' });
      const replies = await load.stop();
      expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
      expect(new Set(replies.map(({ body }) => (JSON.parse(body) as { factor: number }).factor))).toEqual(new Set([2, 10]));
    }, 30_000);

    test('an alarm during the shift brings the old fleet back', async () => {
      await serveable(world, 'faulty', 11);
      await world.cloudwatch.send(new PutMetricAlarmCommand({
        AlarmName: 'errors', Namespace: 'AWS/SageMaker', MetricName: 'Invocation5XXErrors', Statistic: 'Average', Period: 60, EvaluationPeriods: 1, Threshold: 0.01,
        ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'notBreaching',
        Dimensions: [{ Name: 'EndpointName', Value: 'simple' }, { Name: 'VariantName', Value: 'AllTraffic' }, { Name: 'EndpointConfigName', Value: 'faulty' }],
      }));
      world.cloud.faults.add({ service: 'sagemaker', operation: 'InvokeEndpoint', match: { Fleet: 'new' }, error: { code: 'InternalError', message: 'injected', status: 500 } });
      const load = startLoad(world, 'simple');
      await world.sagemaker.send(new UpdateEndpointCommand({
        EndpointName: 'simple', EndpointConfigName: 'faulty', DeploymentConfig: { ...canary, AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }] } },
      }));
      const endpoint = await settled(world, 'simple');
      const replies = await load.stop();
      expect(endpoint).toMatchObject({ EndpointConfigName: 'next', EndpointStatus: 'InService', FailureReason: expect.stringContaining('the alarm errors') as string });
      expect(replies.some(({ status }) => status === 500)).toBe(true);
      expect(replies.at(-1)?.status).toBe(200);
      const statuses = world.events.filter((event) => event['detail-type'] === 'SageMaker Endpoint State Change').map(({ detail }) => (detail as { EndpointStatus: string }).EndpointStatus);
      expect(statuses.slice(-3)).toEqual(['UPDATING', 'ROLLING_BACK', 'IN_SERVICE']);
      world.cloud.faults.remove();
    }, 30_000);

    test('a model that does not load fails the endpoint, or leaves the update on the old one', async () => {
      await serveable(world, 'unloadable', 1, 'def model_fn(folder): raise RuntimeError("no such version")\ndef transform_fn(*a): pass\n');
      await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'unloadable', EndpointConfigName: 'unloadable' }));
      expect(await settled(world, 'unloadable')).toMatchObject({ EndpointStatus: 'Failed', FailureReason: expect.stringContaining('no such version') as string });
      await world.sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'simple', EndpointConfigName: 'unloadable' }));
      expect(await settled(world, 'simple')).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'next' });
      expect(await invoke(world, 'simple', 1)).toMatchObject({ status: 200 });
    }, 30_000);

    test('a deleted endpoint is gone', async () => {
      await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'simple' }));
      const gone = await until('the end', async () => world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'simple' })).then(() => undefined, (error: Error) => error.message));
      expect(gone).toContain('Could not find endpoint');
    }, 30_000);
  });

  test('without namespaces the paths of a job are rewritten, and an endpoint serves as well', async () => {
    const plain = await startWorld({ namespaces: false });
    try {
      await plain.put('jobs/code/train.py', TRAIN);
      await plain.put('jobs/train/1.json', '{"a":1}');
      await plain.sagemaker.send(new CreateTrainingJobCommand(trainingInput('mapped', { factor: '5' })));
      const job = await until('mapped', async () => {
        const found = await plain.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'mapped' }));
        return found.TrainingJobStatus === 'InProgress' ? undefined : found;
      });
      expect(job.FailureReason).toBeUndefined();
      await serveable(plain, 'mapped', 5);
      await plain.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'mapped', EndpointConfigName: 'mapped' }));
      await settled(plain, 'mapped');
      expect(await invoke(plain, 'mapped', 2)).toMatchObject({ status: 200, body: '{"y": 10, "factor": 5}' });
    } finally {
      await plain.stop();
    }
  }, 60_000);

  test('nothing runs after the end', async () => {
    const before = descendants().map(({ pid }) => pid);
    const running = await startWorld();
    await serveable(running, 'orphan', 1);
    await running.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'orphan', EndpointConfigName: 'orphan' }));
    await settled(running, 'orphan');
    expect(descendants().filter(({ pid }) => !before.includes(pid)).map(({ name }) => name)).toContain('serve.py');
    await running.stop();
    expect(descendants().filter(({ pid }) => !before.includes(pid))).toEqual([]);
  }, 60_000);
});

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

/** Everything that this test run has started and that still runs. */
function descendants(): Process[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,comm=']).toString().trim().split('\n').map((line) => line.trim().split(/\s+/));
  const all = lines.map(([pid, parent, ...name]): Process => ({ pid: Number(pid), parent: Number(parent), name: name.join(' ') }));
  const below = (pid: number): Process[] => all.filter(({ parent, name }) => parent === pid && name !== 'ps').flatMap((child) => [child, ...below(child.pid)]);
  return below(process.pid);
}

function startLoad(world: World, endpoint: string): { stop(): Promise<Awaited<ReturnType<typeof invoke>>[]> } {
  const replies: Awaited<ReturnType<typeof invoke>>[] = [];
  const ended = new AbortController();
  // A failed expectation must not leave the load running.
  const deadline = Date.now() + 20_000;
  const client = async (): Promise<void> => {
    while (!ended.signal.aborted && Date.now() < deadline) {
      replies.push(await invoke(world, endpoint, 1));
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  };
  const clients = Array.from({ length: 4 }, client);
  return {
    stop: async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      ended.abort();
      await Promise.all(clients);
      return replies;
    },
  };
}
