import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import type {
  CreateProcessingJobRequest, DescribeProcessingJobRequest, DescribeProcessingJobResponse, ListProcessingJobsRequest, StopProcessingJobRequest,
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
import { hostPath } from '../processes/environment';
import type { PythonHost } from '../processes/python-host';
import { announce, fail, injectFault, lastWords, type Job } from './job';
import { downloadInput, JobFailure, JobRun, uploadOutput, type JobResult } from './runner';

interface ProcessingJob extends Job {
  readonly input: CreateProcessingJobRequest;
  exitMessage?: string;
}

const DETAIL_TYPE = 'SageMaker Processing Job State Change';
const DEFAULT_RUNTIME_SECONDS = 86_400;

/** Processing jobs: inputs from S3, one program, outputs to S3. */
export class ProcessingJobs {
  private readonly jobs = new Regional(() => new Map<string, ProcessingJob>());

  constructor(private readonly cloud: LocalCloud, private readonly host: PythonHost, private readonly tags: Tags) {}

  operations(): Readonly<Record<string, Operation>> {
    return {
      CreateProcessingJob: async (input: CreateProcessingJobRequest, context) => this.create(input, context),
      DescribeProcessingJob: async (input: DescribeProcessingJobRequest, context) => description(this.find(input.ProcessingJobName, context)),
      StopProcessingJob: async (input: StopProcessingJobRequest, context) => this.stop(this.find(input.ProcessingJobName, context)),
      ListProcessingJobs: async (input: ListProcessingJobsRequest, context) => {
        const { items, NextToken } = page(this.jobs.of(context).values(), input);
        return { NextToken, ProcessingJobSummaries: items.map((job) => description(job)) };
      },
    };
  }

  /** Settles when the job with this ARN has ended. */
  async ended(arn: string): Promise<void> {
    await this.jobs.all().flatMap((jobs) => [...jobs.values()]).find((job) => job.arn === arn)?.done;
  }

  private find(name: string | undefined, context: CallContext): ProcessingJob {
    const job = this.jobs.of(context).get(name ?? '');
    if (job === undefined) {
      throw errors.notFound(`Could not find requested job with name: ${name}`);
    }
    return job;
  }

  private async create(input: CreateProcessingJobRequest, context: CallContext): Promise<object> {
    check(input);
    // The key of the disks is used on behalf of the caller.
    const caller = { accessKeyId: context.caller.accessKeyId, secretAccessKey: 'not-checked' };
    await this.cloud.require(caller, endpointNeeds({ accountId: context.accountId, region: context.region, keyId: input.ProcessingResources?.ClusterConfig?.VolumeKmsKeyId }));
    const name = String(input.ProcessingJobName);
    const jobs = this.jobs.of(context);
    const arn = arnOf(context, 'processing-job', name);
    if (jobs.has(name)) {
      throw errors.inUse(`Job name must be unique within an AWS account and region, and a job with this name already exists (${arn})`);
    }
    const place = { accountId: context.accountId, region: context.region };
    const job: ProcessingJob = { name, arn, place, input, status: 'InProgress', creationTime: new Date(), lastModifiedTime: new Date() };
    jobs.set(name, job);
    this.tags.put(arn, input.Tags);
    announce(this.cloud, job, DETAIL_TYPE, description(job));
    job.done = this.execute(job);
    return { ProcessingJobArn: arn };
  }

  private stop(job: ProcessingJob): object {
    if (job.status === 'InProgress') {
      job.status = 'Stopping';
      announce(this.cloud, job, DETAIL_TYPE, description(job));
      job.run?.end('stopped');
    }
    return {};
  }

  private async execute(job: ProcessingJob): Promise<void> {
    const by = fromNetwork(actingService('sagemaker', job.place.accountId, job.arn), job.input.NetworkConfig?.VpcConfig);
    const credentials = this.cloud.credentialsOf(String(job.input.RoleArn), job.name, by);
    const transfer = new Transfer(this.cloud, credentials);
    let run: JobRun | undefined;
    try {
      const maxRuntimeSeconds = job.input.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_RUNTIME_SECONDS;
      run = await JobRun.create(this.host, this.cloud, { kind: 'processing', name: job.name, accountId: job.place.accountId, maxRuntimeSeconds });
      job.run = run;
      await injectFault(this.cloud, 'RunProcessingJob', job);
      const image = job.input.AppSpecification?.ImageUri ?? '';
      const needs = containerRoleNeeds({ ...job.place, logs: 'ProcessingJobs', stream: `${job.name}/algo-1`, image, metrics: false });
      await this.cloud.require(credentials, [...needs, ...interfaceNeeds('sagemaker', job.input.NetworkConfig?.VpcConfig, job.place)]);
      await this.prepare(job, run, transfer);
      job.startTime = new Date();
      const result = await run.run(command(job, run));
      job.endTime = new Date();
      await this.finish(job, run, transfer, result);
    } catch (error) {
      fail(job, error);
    } finally {
      job.endTime ??= new Date();
      job.run = undefined;
      transfer.close();
      await run?.remove();
      announce(this.cloud, job, DETAIL_TYPE, description(job));
    }
  }

  private async prepare(job: ProcessingJob, run: JobRun, transfer: Transfer): Promise<void> {
    for (const { S3Input } of job.input.ProcessingInputs ?? []) {
      await downloadInput(transfer, String(S3Input?.S3Uri), hostPath(run.root, String(S3Input?.LocalPath)));
    }
    for (const { S3Output } of job.input.ProcessingOutputConfig?.Outputs ?? []) {
      await mkdir(hostPath(run.root, String(S3Output?.LocalPath)), { recursive: true });
    }
    const cluster = job.input.ProcessingResources?.ClusterConfig;
    const hosts = { current_host: 'algo-1', hosts: ['algo-1'], current_instance_type: cluster?.InstanceType };
    await this.writeConfig(run, 'processingjobconfig.json', { ProcessingJobArn: job.arn, ...job.input });
    await this.writeConfig(run, 'resourceconfig.json', hosts);
    await mkdir(hostPath(run.root, '/opt/ml/output'), { recursive: true });
  }

  private async writeConfig(run: JobRun, name: string, content: object): Promise<void> {
    const file = hostPath(run.root, `/opt/ml/config/${name}`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(content));
  }

  private async finish(job: ProcessingJob, run: JobRun, transfer: Transfer, { exit, cause }: JobResult): Promise<void> {
    job.exitMessage = await readIfThere(join(run.root, 'output', 'message'));
    if (cause === 'finished' && exit.code !== 0) {
      const why = exit.code === null ? `signal ${exit.signal}` : `exit code: ${exit.code}`;
      throw new JobFailure(`AlgorithmError: ${job.exitMessage ?? lastWords(exit.tail)}, ${why}`);
    }
    if (cause === 'timedOut') {
      throw new JobFailure(`ClientError: the job ran longer than MaxRuntimeInSeconds (${job.input.StoppingCondition?.MaxRuntimeInSeconds})`);
    }
    for (const { S3Output } of job.input.ProcessingOutputConfig?.Outputs ?? []) {
      const uri = String(S3Output?.S3Uri);
      await uploadOutput(() => transfer.upload(hostPath(run.root, String(S3Output?.LocalPath)), uri, job.input.ProcessingOutputConfig?.KmsKeyId), uri);
    }
    job.status = cause === 'stopped' ? 'Stopped' : 'Completed';
  }
}

function check(input: CreateProcessingJobRequest): void {
  checkName('processingJobName', String(input.ProcessingJobName));
  if (input.AppSpecification?.ContainerEntrypoint === undefined) {
    throw errors.unsupported('CreateProcessingJob without AppSpecification.ContainerEntrypoint');
  }
  if ((input.ProcessingResources?.ClusterConfig?.InstanceCount ?? 1) !== 1) {
    throw errors.unsupported('CreateProcessingJob with more than one instance');
  }
  for (const item of input.ProcessingInputs ?? []) {
    refuse(`CreateProcessingJob input ${item.InputName}`, item, ['DatasetDefinition']);
    oneOf('s3DataType', item.S3Input?.S3DataType, ['ManifestFile', 'S3Prefix']);
    if (item.S3Input?.S3DataType === 'ManifestFile' || item.S3Input?.S3InputMode === 'Pipe') {
      throw errors.unsupported('CreateProcessingJob with ManifestFile or Pipe inputs');
    }
    if (item.S3Input?.LocalPath === undefined) {
      throw errors.invalid(`the processing input ${item.InputName} has no S3Input.LocalPath`);
    }
  }
  for (const item of input.ProcessingOutputConfig?.Outputs ?? []) {
    refuse(`CreateProcessingJob output ${item.OutputName}`, item, ['FeatureStoreOutput']);
    if (item.S3Output?.S3UploadMode === 'Continuous') {
      throw errors.unsupported('CreateProcessingJob with S3UploadMode Continuous');
    }
    if (item.S3Output?.LocalPath === undefined) {
      throw errors.invalid(`the processing output ${item.OutputName} has no S3Output.LocalPath`);
    }
  }
}

function command(job: ProcessingJob, run: JobRun): { argv: string[]; env: Readonly<Record<string, string>>; cwd: string } {
  const { ContainerEntrypoint = [], ContainerArguments = [] } = job.input.AppSpecification ?? {};
  const names = { PROCESSING_JOB_NAME: job.name, PROCESSING_JOB_ARN: job.arn };
  const env = { ...job.input.Environment, ...names, SM_CURRENT_HOST: 'algo-1', SM_NUM_CPUS: String(cpus().length) };
  return { argv: [...ContainerEntrypoint, ...ContainerArguments], env, cwd: existsSync(run.root) ? '/opt/ml' : '/' };
}

const readIfThere = async (file: string): Promise<string | undefined> => (existsSync(file) ? (await readFile(file, 'utf8')).slice(0, 1024) : undefined);

function description(job: ProcessingJob): DescribeProcessingJobResponse {
  const { Tags: _tags, ...request } = job.input;
  return {
    ...request,
    ProcessingJobName: job.name,
    ProcessingJobArn: job.arn,
    ProcessingResources: request.ProcessingResources,
    AppSpecification: request.AppSpecification,
    ProcessingJobStatus: job.status,
    ExitMessage: job.exitMessage,
    FailureReason: job.failureReason,
    CreationTime: job.creationTime,
    LastModifiedTime: job.lastModifiedTime,
    ProcessingStartTime: job.startTime,
    ProcessingEndTime: job.endTime,
  };
}
