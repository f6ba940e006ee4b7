import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type {
  CreateTrainingJobRequest, DescribeTrainingJobRequest, DescribeTrainingJobResponse, ListTrainingJobsRequest, SecondaryStatus, SecondaryStatusTransition,
  StopTrainingJobRequest,
} from '@aws-sdk/client-sagemaker';
import { actingService } from '../../core/keys';
import type { CallContext, LocalCloud, Operation } from '../../core/service';
import { containerRoleNeeds, endpointNeeds } from '../../iam/implied';
import { fromNetwork, interfaceNeeds } from '../../iam/networks';
import { checkName, errors, oneOf, refuse } from '../core/errors';
import { page } from '../core/listing';
import { arnOf, Regional } from '../core/place';
import type { Tags } from '../core/tags';
import { Transfer } from '../core/transfer';
import { CONTAINER_ROOT, hostPath } from '../processes/environment';
import type { PythonHost } from '../processes/python-host';
import { announce, fail, injectFault, lastWords, type Job } from './job';
import { downloadInput, JobFailure, JobRun, uploadOutput, type JobResult } from './runner';
import { containerHyperparameter, scriptArguments, trainingEnvironment, trainingPaths, userHyperparameters, type Json } from './script-mode';

interface TrainingJob extends Job {
  readonly input: CreateTrainingJobRequest;
  secondary: SecondaryStatusTransition[];
  modelArtifacts?: string;
}

const DETAIL_TYPE = 'SageMaker Training Job State Change';
const NOT_HERE = [
  'CheckpointConfig', 'DebugHookConfig', 'DebugRuleConfigurations', 'TensorBoardOutputConfig', 'ProfilerRuleConfigurations', 'RetryStrategy',
  'RemoteDebugConfig', 'InfraCheckConfig', 'SessionChainingConfig', 'ServerlessJobConfig', 'MlflowConfig', 'ModelPackageConfig',
];

/** Training jobs in script mode: channels from S3, the script of the channel `code`, `model.tar.gz` to S3. */
export class TrainingJobs {
  private readonly jobs = new Regional(() => new Map<string, TrainingJob>());

  constructor(private readonly cloud: LocalCloud, private readonly host: PythonHost, private readonly tags: Tags) {}

  operations(): Readonly<Record<string, Operation>> {
    return {
      CreateTrainingJob: async (input: CreateTrainingJobRequest, context) => this.create(input, context),
      DescribeTrainingJob: async (input: DescribeTrainingJobRequest, context) => description(this.find(input.TrainingJobName, context)),
      StopTrainingJob: async (input: StopTrainingJobRequest, context) => this.stop(this.find(input.TrainingJobName, context)),
      ListTrainingJobs: async (input: ListTrainingJobsRequest, context) => {
        const { items, NextToken } = page(this.jobs.of(context).values(), input);
        return { NextToken, TrainingJobSummaries: items.map((job) => description(job)) };
      },
    };
  }

  /** Settles when the job with this ARN has ended. */
  async ended(arn: string): Promise<void> {
    await this.jobs.all().flatMap((jobs) => [...jobs.values()]).find((job) => job.arn === arn)?.done;
  }

  private find(name: string | undefined, context: CallContext): TrainingJob {
    const jobs = this.jobs.of(context);
    // ARNs hold names in lower case, and who has only the ARN asks with that.
    const job = jobs.get(name ?? '') ?? [...jobs.values()].find((one) => one.arn === arnOf(context, 'training-job', name ?? ''));
    if (job === undefined) {
      throw errors.invalid('Requested resource not found.');
    }
    return job;
  }

  private async create(input: CreateTrainingJobRequest, context: CallContext): Promise<object> {
    check(input);
    // The key of the disks is used on behalf of the caller.
    const caller = { accessKeyId: context.caller.accessKeyId, secretAccessKey: 'not-checked' };
    await this.cloud.require(caller, endpointNeeds({ accountId: context.accountId, region: context.region, keyId: input.ResourceConfig?.VolumeKmsKeyId }));
    const name = String(input.TrainingJobName);
    const jobs = this.jobs.of(context);
    const arn = arnOf(context, 'training-job', name);
    if (jobs.has(name)) {
      throw errors.inUse(`Training job names must be unique within an AWS account and region. Training job with name (${name}) already exists (${arn}).`);
    }
    const place = { accountId: context.accountId, region: context.region };
    const job: TrainingJob = { name, arn, place, input, status: 'InProgress', creationTime: new Date(), lastModifiedTime: new Date(), secondary: [] };
    jobs.set(name, job);
    this.tags.put(arn, input.Tags);
    this.enter(job, 'Starting', 'Preparing the job');
    job.done = this.execute(job);
    return { TrainingJobArn: arn };
  }

  private stop(job: TrainingJob): object {
    if (job.status !== 'InProgress') {
      throw errors.invalid(`The request was rejected because the training job is in status ${job.status}.`);
    }
    job.status = 'Stopping';
    this.enter(job, 'Stopping', 'Stopping the training job');
    job.run?.end('stopped');
    return {};
  }

  private enter(job: TrainingJob, status: SecondaryStatus, message: string): void {
    const now = new Date();
    const last = job.secondary.at(-1);
    if (last !== undefined) {
      last.EndTime = now;
    }
    job.secondary.push({ Status: status, StartTime: now, StatusMessage: message });
    announce(this.cloud, job, DETAIL_TYPE, description(job), status);
  }

  private async execute(job: TrainingJob): Promise<void> {
    const by = fromNetwork(actingService('sagemaker', job.place.accountId, job.arn), job.input.VpcConfig);
    const credentials = this.cloud.credentialsOf(String(job.input.RoleArn), job.name, by);
    const transfer = new Transfer(this.cloud, credentials);
    let run: JobRun | undefined;
    try {
      const maxRuntimeSeconds = Number(job.input.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400);
      run = await JobRun.create(this.host, this.cloud, { kind: 'training', name: job.name, accountId: job.place.accountId, maxRuntimeSeconds });
      job.run = run;
      await injectFault(this.cloud, 'RunTrainingJob', job);
      const image = job.input.AlgorithmSpecification?.TrainingImage ?? '';
      const needs = containerRoleNeeds({ ...job.place, logs: 'TrainingJobs', stream: `${job.name}/algo-1`, image, metrics: false });
      await this.cloud.require(credentials, [...needs, ...interfaceNeeds('sagemaker', job.input.VpcConfig, job.place)]);
      this.enter(job, 'Downloading', 'Downloading input data');
      const command = await this.prepare(job, run, transfer);
      job.startTime = new Date();
      this.enter(job, 'Training', 'Training in progress');
      const result = await run.run(command);
      await this.finish(job, run, transfer, result);
    } catch (error) {
      fail(job, error);
      this.enter(job, 'Failed', 'Training job failed');
    } finally {
      job.run = undefined;
      transfer.close();
      await run?.remove();
    }
  }

  private async prepare(job: TrainingJob, run: JobRun, transfer: Transfer): Promise<{ argv: string[]; env: Readonly<Record<string, string>>; cwd: string }> {
    const channels = job.input.InputDataConfig ?? [];
    const at = (path: string): string => hostPath(run.root, path);
    for (const channel of channels) {
      await downloadInput(transfer, String(channel.DataSource?.S3DataSource?.S3Uri), at(trainingPaths.channel(String(channel.ChannelName))));
    }
    for (const folder of [trainingPaths.model, trainingPaths.outputData, trainingPaths.config]) {
      await mkdir(at(folder), { recursive: true });
    }
    const instanceType = job.input.ResourceConfig?.InstanceType ?? 'local';
    const hyperparameters = job.input.HyperParameters ?? {};
    const inputDataConfig: Json = Object.fromEntries(channels.map((channel) => [String(channel.ChannelName), {
      TrainingInputMode: 'File', S3DistributionType: channel.DataSource?.S3DataSource?.S3DataDistributionType ?? 'FullyReplicated', RecordWrapperType: 'None',
      ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
    }]));
    const resourceConfig: Json = { current_host: 'algo-1', current_instance_type: instanceType, hosts: ['algo-1'], network_interface_name: 'eth0' };
    const config = { 'hyperparameters.json': hyperparameters, 'inputdataconfig.json': inputDataConfig, 'resourceconfig.json': resourceConfig };
    for (const [name, content] of Object.entries(config)) {
      await writeFile(at(`${trainingPaths.config}/${name}`), JSON.stringify(content));
    }
    const { program, submitDirectory } = await placeCode(run, hyperparameters);
    const environment = trainingEnvironment({
      jobName: job.name, program, submitDirectory, channels: channels.map((channel) => String(channel.ChannelName)), hyperparameters, inputDataConfig,
      resourceConfig, instanceType, cpus: cpus().length,
    });
    return {
      argv: ['python3', `${trainingPaths.code}/${program}`, ...scriptArguments(userHyperparameters(hyperparameters))],
      env: { ...job.input.Environment, ...environment, TRAINING_JOB_NAME: job.name, TRAINING_JOB_ARN: job.arn },
      cwd: trainingPaths.code,
    };
  }

  private async finish(job: TrainingJob, run: JobRun, transfer: Transfer, { exit, cause }: JobResult): Promise<void> {
    if (cause === 'finished' && exit.code !== 0) {
      throw new JobFailure(await failureReason(run, exit.code === null ? `signal ${exit.signal}` : `exit code: ${exit.code}`, exit.tail));
    }
    this.enter(job, 'Uploading', 'Uploading generated training model');
    const target = `${String(job.input.OutputDataConfig?.S3OutputPath).replace(/\/$/, '')}/${job.name}/output`;
    await this.uploadArchive(job, run, transfer, trainingPaths.outputData, `${target}/output.tar.gz`);
    if (await this.uploadArchive(job, run, transfer, trainingPaths.model, `${target}/model.tar.gz`)) {
      job.modelArtifacts = `${target}/model.tar.gz`;
    }
    job.endTime = new Date();
    job.status = cause === 'finished' ? 'Completed' : 'Stopped';
    const [secondary, message] = ENDS[cause];
    this.enter(job, secondary, message);
  }

  /** @returns false when the folder is empty */
  private async uploadArchive(job: TrainingJob, run: JobRun, transfer: Transfer, folder: string, uri: string): Promise<boolean> {
    const source = hostPath(run.root, folder);
    if ((await readdir(source)).length === 0) {
      return false;
    }
    const file = run.scratchFile(String(uri.split('/').at(-1)));
    await run.pack(source, file);
    await uploadOutput(() => transfer.uploadFile(file, uri, job.input.OutputDataConfig?.KmsKeyId), uri);
    return true;
  }
}

const ENDS: Readonly<Record<JobResult['cause'], readonly [SecondaryStatus, string]>> = {
  finished: ['Completed', 'Training job completed'],
  stopped: ['Stopped', 'Training job stopped'],
  timedOut: ['MaxRuntimeExceeded', 'Training job runtime exceeded MaxRuntimeInSeconds provided'],
};

function check(input: CreateTrainingJobRequest): void {
  checkName('trainingJobName', String(input.TrainingJobName));
  refuse('CreateTrainingJob', input, NOT_HERE);
  oneOf('trainingInputMode', input.AlgorithmSpecification?.TrainingInputMode, ['File', 'FastFile', 'Pipe']);
  if (input.AlgorithmSpecification?.TrainingInputMode === 'Pipe') {
    throw errors.unsupported('CreateTrainingJob with TrainingInputMode Pipe');
  }
  if (input.AlgorithmSpecification?.ContainerEntrypoint !== undefined || input.HyperParameters?.sagemaker_program === undefined) {
    throw errors.unsupported('CreateTrainingJob without script mode (hyperparameter sagemaker_program)');
  }
  if ((input.ResourceConfig?.InstanceCount ?? 1) !== 1) {
    throw errors.unsupported('CreateTrainingJob with more than one instance');
  }
  if (input.OutputDataConfig?.CompressionType === 'NONE') {
    throw errors.unsupported('CreateTrainingJob with CompressionType NONE');
  }
  for (const channel of input.InputDataConfig ?? []) {
    const source = channel.DataSource?.S3DataSource;
    if (source === undefined || (source.S3DataType ?? 'S3Prefix') !== 'S3Prefix') {
      throw errors.unsupported(`CreateTrainingJob: channel ${channel.ChannelName} from anything but an S3 prefix`);
    }
  }
}

/** Puts the script where the container's toolkit puts it. */
async function placeCode(run: JobRun, hyperparameters: Readonly<Record<string, string>>): Promise<{ program: string; submitDirectory: string }> {
  const program = containerHyperparameter(hyperparameters, 'sagemaker_program') ?? '';
  const submitDirectory = containerHyperparameter(hyperparameters, 'sagemaker_submit_directory') ?? trainingPaths.code;
  if (!submitDirectory.startsWith(`${CONTAINER_ROOT}/`)) {
    throw new JobFailure(
      `ClientError: sagemaker_submit_directory is ${submitDirectory}; a job without network needs a folder of an input channel, such as `
      + trainingPaths.channel('code'),
    );
  }
  const source = hostPath(run.root, submitDirectory);
  const code = hostPath(run.root, trainingPaths.code);
  if (source !== code && existsSync(source)) {
    await cp(source, code, { recursive: true });
  }
  if (!existsSync(join(code, program))) {
    throw new JobFailure(`ClientError: there is no ${program} in ${submitDirectory}`);
  }
  if (existsSync(join(code, 'requirements.txt'))) {
    throw new JobFailure(`ClientError: ${submitDirectory} holds a requirements.txt, which the container installs at start; a job without network cannot`);
  }
  return { program, submitDirectory };
}

async function failureReason(run: JobRun, why: string, tail: string): Promise<string> {
  const file = hostPath(run.root, trainingPaths.failure);
  const text = existsSync(file) ? (await readFile(file, 'utf8')).trim() : `ExecuteUserScriptError: ${lastWords(tail)}`;
  return `AlgorithmError: ${text}, ${why}`;
}

const seconds = (from: Date | undefined, to: Date | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : Math.ceil((to.getTime() - from.getTime()) / 1000);

function description(job: TrainingJob): DescribeTrainingJobResponse {
  const { Tags: _tags, ...request } = job.input;
  const time = seconds(job.startTime, job.endTime);
  return {
    ...request,
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    ModelArtifacts: { S3ModelArtifacts: job.modelArtifacts },
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondary.at(-1)?.Status,
    SecondaryStatusTransitions: job.secondary.map((transition) => ({ ...transition })),
    FailureReason: job.failureReason,
    AlgorithmSpecification: request.AlgorithmSpecification,
    StoppingCondition: request.StoppingCondition,
    CreationTime: job.creationTime,
    LastModifiedTime: job.lastModifiedTime,
    TrainingStartTime: job.startTime,
    TrainingEndTime: job.endTime,
    TrainingTimeInSeconds: time,
    BillableTimeInSeconds: time,
  };
}
