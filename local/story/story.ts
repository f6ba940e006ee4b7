import { DescribeEndpointCommand, type DescribeEndpointOutput, DescribeModelPackageCommand, type DescribeModelPackageOutput, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { ChampionRecord } from '../../lambda/shared/process/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import type { AccessReport } from '../iam/report';
import type { ExampleData } from './data';
import { findVerdicts, type FoundVerdict } from './evidence';
import { type Execution, executionArns, follow, type Machine, nextExecution } from './executions';
import type { Reporter } from './reporter';
import { type Application, emptyReport, type TrafficReport } from './traffic';
import { waitFor } from './wait';
import type { World } from './world';

/** Something did not end as the story says. */
export class StoryError extends Error {
  override readonly name = 'StoryError';
}

export function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) {
    throw new StoryError(otherwise);
  }
}

/** One change of the production endpoint, as observed. */
export interface EndpointChange {
  readonly step: number;
  readonly what: string;
  readonly modelPackageArn: string;
}

/** Faults that the local AWS injects while the story runs. */
export interface FaultControl {
  add(rule: object): Promise<string>;
  remove(id: string): Promise<void>;
}

/** How the story deploys: the real CDK toolkit on an assembly that is synthesized anew. */
export interface Deployment {
  /** Synthesizes the app with another folder of model projects; returns the assembly. */
  build(models: string): Promise<string>;
  /** Deploys everything, or the stacks that match the patterns, from an assembly; from the first one by default. */
  deploy(options?: { readonly assembly?: string; readonly patterns?: readonly string[] }): Promise<{ readonly stacks: number }>;
}

/** What the steps share. */
export interface Story {
  readonly world: World;
  readonly project: Pick<ModelProjectData, 'declaration' | 'schema'>;
  /** Folder of model projects that was deployed. */
  readonly models: string;
  /** Scratch folder of this run. */
  readonly scratch: string;
  readonly data: ExampleData;
  readonly full: boolean;
  readonly reporter: Reporter;
  readonly faults: FaultControl;
  /** What roles may do and did so far; `undefined` where permissions are not enforced. */
  readonly access: () => Promise<AccessReport | undefined>;
  readonly deployment: Deployment;
  readonly traffic: Record<string, TrafficReport>;
  readonly endpointHistory: EndpointChange[];
}

export interface Step {
  readonly number: number;
  readonly title: string;
  /** Work that can be done while the step before runs, such as building a release. */
  prepare?(story: Story): Promise<void>;
  /** @returns what happened, in one sentence. @throws StoryError when it did not end as the story says. */
  run(story: Story): Promise<string>;
}

export const machine = (story: Story, environment: string, name: Machine['name']): Machine => ({
  environment,
  model: story.project.declaration.name,
  name,
});

export const development = (story: Story): Machine => machine(story, 'prod', 'development');
export const qualification = (story: Story): Machine => machine(story, 'int', 'qualification');
export const promotion = (story: Story): Machine => machine(story, 'prod', 'promotion');
export const monitor = (story: Story): Machine => machine(story, 'prod', 'monitor');

/** Follows the execution that some event starts, to its end. */
export async function triggered(story: Story, of: Machine, trigger: () => Promise<unknown>, seconds = 60): Promise<Execution> {
  const before = await executionArns(story.world, of);
  await trigger();
  const arn = await nextExecution(story.world, of, before, seconds);
  return watch(story, of, arn);
}

export async function watch(story: Story, of: Machine, arn: string): Promise<Execution> {
  const who = `${of.environment} ${of.name}`;
  story.reporter.line(who, `started by itself: ${arn.split(':').pop()}`);
  const execution = await follow(story.world, of, arn, (state) => story.reporter.line(who, state));
  story.reporter.line(who, `${execution.status}${execution.error === undefined ? '' : ` ${execution.error}: ${oneLine(execution.cause)}`}`);
  return execution;
}

export const oneLine = (text: string | undefined, length = 400): string => (text ?? '').replace(/\s+/g, ' ').slice(0, length);

/** Output of a successful execution. */
export function output<T>(execution: Execution): T {
  expect(
    execution.status === 'SUCCEEDED',
    `${execution.name} ended ${execution.status}: ${execution.error ?? ''} ${oneLine(execution.cause, 2000)}`,
  );
  return JSON.parse(execution.output ?? '{}') as T;
}

export interface Registered {
  readonly modelPackageArn: string;
  readonly packageDigest: string;
}

export const versionOf = (modelPackageArn: string): string => `version ${modelPackageArn.split('/').pop()}`;

export const describePackage = (story: Story, ModelPackageName: string): Promise<DescribeModelPackageOutput> =>
  story.world.in('prod').sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName }));

/** Waits until prod has admitted the verdict of the qualification. */
export async function admitted(story: Story, modelPackageArn: string): Promise<DescribeModelPackageOutput> {
  return waitFor(
    `the qualification of ${versionOf(modelPackageArn)} to be admitted in prod`,
    async () => {
      const found = await describePackage(story, modelPackageArn);
      return found.CustomerMetadataProperties?.qualification === undefined ? undefined : found;
    },
    { seconds: 30 },
  );
}

/** A person in the approver's role approves. */
export async function approve(story: Story, modelPackageArn: string): Promise<void> {
  const { sagemaker } = await story.world.as('prod', 'approver');
  await sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: modelPackageArn,
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'qualified; approved for production by the approver of the story',
    }),
  );
  story.reporter.line('prod approver', `approved ${versionOf(modelPackageArn)}`);
}

export async function champion(story: Story): Promise<ChampionRecord | undefined> {
  try {
    const { Parameter } = await story.world
      .in('prod')
      .ssm.send(new GetParameterCommand({ Name: Layout.championParameter(story.project.declaration.name) }));
    return JSON.parse(Parameter?.Value ?? '{}') as ChampionRecord;
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') {
      return undefined;
    }
    throw error;
  }
}

export async function endpoint(story: Story, environment: string): Promise<DescribeEndpointOutput | undefined> {
  const EndpointName = `${environment}-${story.project.declaration.name}`;
  try {
    return await story.world.in(environment).sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationException') {
      return undefined;
    }
    throw error;
  }
}

/** The application as its clients reach it. */
export const application = async (story: Story): Promise<Application> => ({
  lambda: (await story.world.as('prod', 'application-client')).lambda,
  functionName: `prod-${story.project.declaration.name}-prediction`,
});

export const verdicts = (story: Story, environment: string, gate: string): Promise<FoundVerdict[]> =>
  findVerdicts(story.world, environment, `${story.project.declaration.name}/gates/${gate}/`);

/** Columns that a caller of the application sends. */
export const requestColumns = (story: Story): string[] => [story.project.schema.recordId.name, ...story.project.schema.features.map(({ name }) => name)];

export function trafficOf(story: Story, name: string): TrafficReport {
  return (story.traffic[name] ??= emptyReport());
}

export const trainingPrefix = (story: Story): string => Layout.trainingPrefix(story.project.declaration.name);
export const labelsPrefix = (story: Story): string => Layout.labelsPrefix(story.project.declaration.name);
