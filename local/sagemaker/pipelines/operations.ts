import type {
  CreatePipelineRequest, DeletePipelineRequest, DescribePipelineDefinitionForExecutionRequest, DescribePipelineExecutionRequest, DescribePipelineRequest,
  ListPipelineExecutionsRequest, ListPipelineExecutionStepsRequest, ListPipelineParametersForExecutionRequest, ListPipelinesRequest, ParallelismConfiguration,
  PipelineDefinitionS3Location, StartPipelineExecutionRequest, StopPipelineExecutionRequest, Tag, UpdatePipelineRequest,
} from '@aws-sdk/client-sagemaker';
import { ServiceError, type CallContext, type LocalCloud, type Operation } from '../../core/service';
import { checkName, errors, refuse } from '../core/errors';
import { page, type Listed } from '../core/listing';
import { randomId } from '../core/names';
import { arnOf, locate, parseArn, Regional } from '../core/place';
import type { Tags } from '../core/tags';
import { Transfer } from '../core/transfer';
import { definitionProblems } from './check';
import { parameterValues, type PipelineDefinition } from './definition';
import { Execution, stepStatus } from './execution';

interface Pipeline extends Listed {
  readonly arn: string;
  readonly creationTime: Date;
  lastModifiedTime: Date;
  lastRunTime?: Date;
  displayName?: string;
  description?: string;
  roleArn: string;
  /** Every definition that it has had, oldest first; the version is the place in this list, from 1 on. */
  readonly versions: PipelineVersion[];
  parallelism?: ParallelismConfiguration;
  readonly executions: Execution[];
  /** Executions by the token of the request that started them. */
  readonly started: Map<string, Execution>;
}

interface PipelineVersion {
  readonly text: string;
  readonly definition: PipelineDefinition;
}

interface Book {
  readonly pipelines: Map<string, Pipeline>;
  readonly created: Map<string, Pipeline>;
}

interface DefinitionSource {
  readonly PipelineDefinition?: string;
  readonly PipelineDefinitionS3Location?: PipelineDefinitionS3Location;
}

const LONGEST_DEFINITION = 1_048_576;

/** SageMaker Pipelines: definitions, and executions that really run their steps. */
export class Pipelines {
  private readonly books = new Regional<Book>(() => ({ pipelines: new Map(), created: new Map() }));

  constructor(private readonly cloud: LocalCloud, private readonly tags: Tags, private readonly jobEnded: (arn: string) => Promise<void>) {}

  operations(): Readonly<Record<string, Operation>> {
    return {
      CreatePipeline: async (input: CreatePipelineRequest, context) => this.create(input, context),
      UpdatePipeline: async (input: UpdatePipelineRequest, context) => this.update(input, context),
      DeletePipeline: async (input: DeletePipelineRequest, context) => this.remove(input, context),
      DescribePipeline: async (input: DescribePipelineRequest, context) => this.describe(input, context),
      ListPipelines: async (input: ListPipelinesRequest, context) => {
        const { items, NextToken } = page(this.books.of(context).pipelines.values(), { ...input, NameContains: input.PipelineNamePrefix });
        const line = (one: Pipeline): object => ({ ...summary(one), RoleArn: one.roleArn, LastExecutionTime: one.lastRunTime });
        return { NextToken, PipelineSummaries: items.map(line) };
      },
      StartPipelineExecution: async (input: StartPipelineExecutionRequest, context) => this.start(input, context),
      StopPipelineExecution: async (input: StopPipelineExecutionRequest, context) => {
        const execution = this.execution(input.PipelineExecutionArn, context);
        if (execution.state !== 'Executing') {
          throw errors.conflict(`Pipeline execution with ARN ${execution.facts.arn} has status ${execution.state} and cannot be stopped.`);
        }
        await execution.stop();
        return { PipelineExecutionArn: execution.facts.arn };
      },
      DescribePipelineExecution: async (input: DescribePipelineExecutionRequest, context) =>
        executionDescription(this.execution(input.PipelineExecutionArn, context)),
      DescribePipelineDefinitionForExecution: async (input: DescribePipelineDefinitionForExecutionRequest, context) => {
        const { facts, creationTime } = this.execution(input.PipelineExecutionArn, context);
        return { PipelineDefinition: facts.definitionText, CreationTime: creationTime };
      },
      ListPipelineExecutions: async (input: ListPipelineExecutionsRequest, context) => {
        const { items, NextToken } = page(this.find(input.PipelineName, context).executions, {
          ...input, CreationTimeAfter: input.CreatedAfter, CreationTimeBefore: input.CreatedBefore, SortBy: undefined,
        });
        const line = (one: Execution): object =>
          ({ ...executionDescription(one), StartTime: one.creationTime, PipelineExecutionFailureReason: one.failureReason });
        return { NextToken, PipelineExecutionSummaries: items.map(line) };
      },
      ListPipelineExecutionSteps: async (input: ListPipelineExecutionStepsRequest, context) => this.steps(input, context),
      ListPipelineParametersForExecution: async (input: ListPipelineParametersForExecutionRequest, context) => {
        const { facts } = this.execution(input.PipelineExecutionArn, context);
        return { PipelineParameters: Object.entries(facts.parameters).map(([Name, value]) => ({ Name, Value: String(value) })) };
      },
    };
  }

  async stop(): Promise<void> {
    const executions = this.books.all().flatMap(({ pipelines }) => [...pipelines.values()].flatMap((pipeline) => pipeline.executions));
    await Promise.all(executions.map((execution) => execution.stop()));
  }

  private find(nameOrArn: string | undefined, context: CallContext): Pipeline {
    const place = locate(nameOrArn ?? '', 'pipeline', context);
    const pipelines = this.books.of(place).pipelines;
    const pipeline = [...pipelines.values()].find(({ name }) => name.toLowerCase() === place.name.toLowerCase());
    if (pipeline === undefined || place.accountId !== context.accountId) {
      throw errors.notFound(`Pipeline '${arnOf(place, 'pipeline', place.name)}' does not exist.`);
    }
    return pipeline;
  }

  private execution(arn: string | undefined, context: CallContext): Execution {
    const parsed = parseArn(arn ?? '');
    const [name, id] = (parsed?.id ?? '').split('/execution/');
    const pipelines = [...this.books.of(parsed ?? context).pipelines.values()];
    const found = pipelines.find((pipeline) => pipeline.name.toLowerCase() === name)?.executions.find((execution) => execution.name === id);
    if (found === undefined || parsed?.accountId !== context.accountId) {
      throw errors.notFound(`Pipeline execution with ARN ${arn} does not exist.`);
    }
    return found;
  }

  private async create(input: CreatePipelineRequest & { readonly Tags?: Tag[] }, context: CallContext): Promise<object> {
    const name = String(input.PipelineName);
    checkName('pipelineName', name, 256);
    const book = this.books.of(context);
    const repeated = book.created.get(input.ClientRequestToken ?? '');
    if (repeated !== undefined && repeated.name === name) {
      return { PipelineArn: repeated.arn };
    }
    if (book.pipelines.has(name)) {
      throw errors.invalid(`Pipeline names must be unique within an AWS account and region. Pipeline with name (${name}) already exists.`);
    }
    const version = await this.definition(input, context);
    const now = new Date();
    const pipeline: Pipeline = {
      name, arn: arnOf(context, 'pipeline', name), creationTime: now, lastModifiedTime: now, displayName: input.PipelineDisplayName,
      description: input.PipelineDescription, roleArn: String(input.RoleArn), versions: [version], parallelism: input.ParallelismConfiguration,
      executions: [], started: new Map(),
    };
    book.pipelines.set(name, pipeline);
    if (input.ClientRequestToken !== undefined) {
      book.created.set(input.ClientRequestToken, pipeline);
    }
    this.tags.put(pipeline.arn, input.Tags);
    return { PipelineArn: pipeline.arn };
  }

  private async update(input: UpdatePipelineRequest, context: CallContext): Promise<object> {
    const pipeline = this.find(input.PipelineName, context);
    if (input.PipelineDefinition !== undefined || input.PipelineDefinitionS3Location !== undefined) {
      pipeline.versions.push(await this.definition(input, context));
    }
    pipeline.displayName = input.PipelineDisplayName ?? pipeline.displayName;
    pipeline.description = input.PipelineDescription ?? pipeline.description;
    pipeline.roleArn = input.RoleArn ?? pipeline.roleArn;
    pipeline.parallelism = input.ParallelismConfiguration ?? pipeline.parallelism;
    pipeline.lastModifiedTime = new Date();
    return { PipelineArn: pipeline.arn };
  }

  private remove(input: DeletePipelineRequest, context: CallContext): object {
    const pipeline = this.find(input.PipelineName, context);
    if (pipeline.executions.some(({ state }) => state === 'Executing' || state === 'Stopping')) {
      throw errors.conflict(`Pipeline ${pipeline.name} has running executions; stop them or wait for their end.`);
    }
    this.books.of(context).pipelines.delete(pipeline.name);
    this.tags.drop(pipeline.arn);
    return { PipelineArn: pipeline.arn };
  }

  private describe(input: DescribePipelineRequest, context: CallContext): object {
    const pipeline = this.find(input.PipelineName, context);
    return {
      ...summary(pipeline), PipelineDefinition: versionOf(pipeline, input.PipelineVersionId).text, RoleArn: pipeline.roleArn, PipelineStatus: 'Active',
      LastRunTime: pipeline.lastRunTime, ParallelismConfiguration: pipeline.parallelism,
    };
  }

  private async definition(input: DefinitionSource, context: CallContext): Promise<PipelineVersion> {
    const text = input.PipelineDefinition ?? (await this.fetch(input.PipelineDefinitionS3Location, context));
    if (text.length > LONGEST_DEFINITION) {
      throw errors.invalid(`the pipeline definition has ${text.length} characters; the limit is ${LONGEST_DEFINITION}`);
    }
    let definition: PipelineDefinition;
    try {
      definition = JSON.parse(text) as PipelineDefinition;
    } catch (error) {
      throw errors.invalid(`the pipeline definition is no JSON: ${(error as Error).message}`);
    }
    const problems = definitionProblems(definition);
    if (problems.length > 0) {
      throw errors.invalid(`Unable to parse pipeline definition: ${problems.join('; ')}`);
    }
    return { text, definition };
  }

  /** Read with the rights of whoever calls, as on AWS. */
  private async fetch(location: PipelineDefinitionS3Location | undefined, context: CallContext): Promise<string> {
    if (location === undefined) {
      throw errors.invalid('a pipeline needs PipelineDefinition or PipelineDefinitionS3Location');
    }
    const transfer = new Transfer(this.cloud, { accessKeyId: context.caller.accessKeyId, secretAccessKey: 'not-checked' });
    try {
      return await transfer.read(String(location.Bucket), String(location.ObjectKey), location.VersionId);
    } catch (error) {
      const { name, message } = error as Error;
      throw errors.invalid(`cannot read the pipeline definition s3://${location.Bucket}/${location.ObjectKey}: ${name}: ${message}`);
    } finally {
      transfer.close();
    }
  }

  private start(input: StartPipelineExecutionRequest, context: CallContext): object {
    refuse('StartPipelineExecution', input, ['SelectiveExecutionConfig', 'MlflowExperimentName']);
    const pipeline = this.find(input.PipelineName, context);
    const repeated = pipeline.started.get(input.ClientRequestToken ?? '');
    if (repeated !== undefined) {
      return { PipelineExecutionArn: repeated.facts.arn };
    }
    const version = versionOf(pipeline, input.PipelineVersionId);
    const id = randomId(12);
    const execution = new Execution(
      {
        accountId: context.accountId, region: context.region, id,
        arn: `${pipeline.arn}/execution/${id}`, pipelineArn: pipeline.arn, pipelineName: pipeline.name,
        roleArn: pipeline.roleArn, definitionText: version.text, definition: version.definition, versionId: pipeline.versions.indexOf(version) + 1,
        parameters: parameters(version, input), displayName: input.PipelineExecutionDisplayName, description: input.PipelineExecutionDescription,
        parallelSteps: (input.ParallelismConfiguration ?? pipeline.parallelism)?.MaxParallelExecutionSteps,
      },
      this.cloud,
      this.jobEnded,
    );
    pipeline.executions.push(execution);
    pipeline.lastRunTime = execution.creationTime;
    if (input.ClientRequestToken !== undefined) {
      pipeline.started.set(input.ClientRequestToken, execution);
    }
    return { PipelineExecutionArn: execution.facts.arn };
  }

  private steps(input: ListPipelineExecutionStepsRequest, context: CallContext): object {
    const started = this.execution(input.PipelineExecutionArn, context).steps();
    const listed = started.map((run, index) => ({ run, name: run.step.Name, creationTime: new Date(index) }));
    const { items, NextToken } = page(listed, { ...input, SortBy: undefined }, 'Ascending');
    return {
      NextToken,
      PipelineExecutionSteps: items.map(({ run }) => ({
        StepName: run.step.Name, StepDisplayName: run.step.DisplayName, StepDescription: run.step.Description, StartTime: run.startTime, EndTime: run.endTime,
        StepStatus: stepStatus(run), FailureReason: run.failureReason, AttemptCount: run.attempts, Metadata: run.metadata,
      })),
    };
  }
}

/** A version of a pipeline, by default the latest. */
function versionOf(pipeline: Pipeline, id = pipeline.versions.length): PipelineVersion {
  const version = pipeline.versions[id - 1];
  if (version === undefined) {
    throw errors.notFound(`Pipeline version '${id}' of '${pipeline.arn}' does not exist.`);
  }
  return version;
}

function parameters(version: PipelineVersion, input: StartPipelineExecutionRequest): Readonly<Record<string, string | number | boolean>> {
  try {
    return parameterValues(version.definition.Parameters ?? [], input.PipelineParameters ?? []);
  } catch (error) {
    throw error instanceof ServiceError ? error : errors.invalid((error as Error).message);
  }
}

const summary = (pipeline: Pipeline): object => ({
  PipelineArn: pipeline.arn, PipelineName: pipeline.name, PipelineDisplayName: pipeline.displayName, PipelineDescription: pipeline.description,
  CreationTime: pipeline.creationTime, LastModifiedTime: pipeline.lastModifiedTime,
});

const executionDescription = (execution: Execution): object => ({
  PipelineArn: execution.facts.pipelineArn,
  PipelineExecutionArn: execution.facts.arn,
  PipelineVersionId: execution.facts.versionId,
  PipelineExecutionDisplayName: execution.facts.displayName,
  PipelineExecutionDescription: execution.facts.description,
  PipelineExecutionStatus: execution.state,
  FailureReason: execution.failureReason,
  CreationTime: execution.creationTime,
  LastModifiedTime: execution.lastModifiedTime,
});
