import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { createClient } from '../../core/client';
import { actingService } from '../../core/keys';
import type { LocalCloud } from '../../core/service';
import { randomId } from '../core/names';
import type { Listed } from '../core/listing';
import { Transfer } from '../core/transfer';
import { announceExecution, announceStep } from './announce';
import { callByName } from './caller';
import { allHold } from './conditions';
import { placedSteps, type PlacedStep } from './definition';
import type { ExecutionFacts, ExecutionStatus, StepRun } from './facts';
import { decide, dependencies, type Dependencies, type StepState } from './graph';
import { follow, resolve, type Scope } from './references';
import { exceptionOfCall, exceptionOfJob, nextDelay } from './retry';
import { CALL_STEPS, type CallStep } from './step-types';

const STEP_STATUS: Readonly<Record<StepState, string>> = {
  waiting: 'Starting', running: 'Executing', succeeded: 'Succeeded', failed: 'Failed', stopped: 'Stopped', skipped: 'Skipped',
};

export const stepStatus = (run: StepRun): string => STEP_STATUS[run.state];

const LONGEST_JOB_NAME = 63;

/** `pipelines-<execution>-<step>-<random>`, as SageMaker names the jobs of a pipeline. */
function jobName(executionId: string, step: string): string {
  const suffix = randomId(10);
  const head = `pipelines-${executionId}-${step.replaceAll(/[^A-Za-z0-9-]/g, '-')}`;
  return `${head.slice(0, LONGEST_JOB_NAME - suffix.length - 1).replace(/-+$/, '')}-${suffix}`;
}

/** One run of a pipeline: steps start as soon as what they need has succeeded. After a failure no new step starts; those that run may end. */
export class Execution implements Listed {
  readonly name: string;
  readonly creationTime = new Date();
  lastModifiedTime = new Date();
  state: ExecutionStatus = 'Executing';
  failureReason?: string;
  readonly done: Promise<void>;
  private readonly placed: readonly PlacedStep[];
  private readonly graph: Dependencies;
  private readonly runs: ReadonlyMap<string, StepRun>;
  private readonly client: SageMakerClient;
  private readonly transfer: Transfer;
  private readonly stopping = new AbortController();

  /** @param jobEnded settles when the job with this ARN has ended */
  constructor(readonly facts: ExecutionFacts, private readonly cloud: LocalCloud, private readonly jobEnded: (arn: string) => Promise<void>) {
    this.name = facts.id;
    this.placed = placedSteps(facts.definition.Steps);
    this.graph = dependencies(this.placed);
    this.runs = new Map(this.placed.map(({ step }) => [step.Name, { step, state: 'waiting', attempts: 0 }]));
    const credentials = cloud.credentialsOf(facts.roleArn, `pipeline-${facts.id}`, actingService('sagemaker', facts.accountId, facts.pipelineArn));
    this.client = createClient(SageMakerClient, cloud, credentials);
    this.transfer = new Transfer(cloud, credentials);
    this.announce(undefined);
    this.done = this.execute();
  }

  get status(): string {
    return this.state;
  }

  /** Steps that have started, in the order of their start. */
  steps(): StepRun[] {
    return [...this.runs.values()].filter(({ startTime }) => startTime !== undefined)
      .sort((a, b) => Number(a.startTime) - Number(b.startTime));
  }

  /** Stops running jobs and starts nothing more. */
  async stop(): Promise<void> {
    if (this.state !== 'Executing') {
      return;
    }
    this.enter('Stopping');
    this.stopping.abort();
    await Promise.all([...this.runs.values()].map(async (run) => {
      const call = CALL_STEPS[run.step.Type];
      if (run.state === 'running' && run.jobName !== undefined && call?.stop !== undefined && call.nameMember !== undefined) {
        await callByName(this.client, call.stop, { [call.nameMember]: run.jobName }).catch(() => undefined);
      }
    }));
  }

  private async execute(): Promise<void> {
    const running = new Map<string, Promise<void>>();
    for (;;) {
      this.startSteps(running);
      if (running.size === 0) {
        break;
      }
      await Promise.race(running.values());
    }
    const states = [...this.runs.values()].map(({ state }) => state);
    if (this.state === 'Stopping') {
      this.enter('Stopped');
    } else if (states.includes('failed')) {
      this.failureReason ??= 'Step failure: One or multiple steps failed.';
      this.enter('Failed');
    } else {
      this.enter('Succeeded');
    }
    this.client.destroy();
    this.transfer.close();
  }

  private startSteps(running: Map<string, Promise<void>>): void {
    const stateOf = (name: string): StepState => this.runs.get(name)?.state ?? 'skipped';
    let moved = true;
    while (moved) {
      moved = false;
      for (const entry of this.placed) {
        const run = this.runs.get(entry.step.Name);
        const mayStart = this.state === 'Executing' && ![...this.runs.values()].some(({ state }) => state === 'failed');
        if (run?.state !== 'waiting') {
          continue;
        }
        const decision = decide(entry, this.graph, stateOf, (condition) => this.runs.get(condition)?.outcome);
        if (decision === 'skip') {
          run.state = 'skipped';
          moved = true;
        } else if (decision === 'start' && mayStart && running.size < (this.facts.parallelSteps ?? 50)) {
          running.set(run.step.Name, this.runStep(run).finally(() => running.delete(run.step.Name)));
        }
      }
    }
  }

  private async runStep(run: StepRun): Promise<void> {
    run.startTime = new Date();
    this.enterStep(run, 'running');
    try {
      await this.perform(run);
      run.endTime = new Date();
      this.enterStep(run, 'succeeded');
    } catch (error) {
      run.endTime = new Date();
      run.failureReason = (error instanceof Error ? error.message : String(error)).slice(0, 1024);
      this.enterStep(run, this.state === 'Stopping' ? 'stopped' : 'failed');
    }
  }

  private async perform(run: StepRun): Promise<void> {
    const { step } = run;
    const call = CALL_STEPS[step.Type];
    if (call !== undefined) {
      return this.performCall(run, call);
    }
    run.attempts = 1;
    if (step.Type === 'Condition') {
      run.outcome = await allHold(step.Arguments.Conditions, this.scope());
      run.description = { Outcome: run.outcome };
      run.metadata = { Condition: { Outcome: run.outcome ? 'True' : 'False' } };
      return undefined;
    }
    const message = String(await resolve(step.Arguments.ErrorMessage, this.scope()));
    run.metadata = { Fail: { ErrorMessage: message } };
    throw new Error(message);
  }

  private async performCall(run: StepRun, call: CallStep): Promise<void> {
    const policies = run.step.RetryPolicies ?? [];
    const started = performance.now();
    for (;;) {
      run.attempts += 1;
      const { reason, exception } = await this.attempt(run, call);
      if (reason === undefined) {
        return;
      }
      const elapsed = ((performance.now() - started) / 1000) * this.cloud.clock.scale;
      const delay = this.state === 'Stopping' ? undefined : nextDelay(policies, exception, run.attempts, elapsed);
      if (delay === undefined) {
        throw new Error(reason);
      }
      await this.cloud.clock.sleep(delay, this.stopping.signal);
    }
  }

  /** One try of a step; tells why it failed, undefined when it did not. */
  private async attempt(run: StepRun, call: CallStep): Promise<{ readonly reason?: string; readonly exception?: string }> {
    const name = call.nameMember === undefined ? undefined : jobName(this.facts.id, run.step.Name);
    run.jobName = name;
    const scope = this.scope(call.nameVariable === undefined ? {} : { [call.nameVariable]: name });
    let arn: string;
    try {
      const resolved = (await resolve(run.step.Arguments, scope)) as Readonly<Record<string, unknown>>;
      const request = { ...resolved, ...(call.nameMember === undefined ? {} : { [call.nameMember]: name }) };
      arn = String((await callByName(this.client, call.create, request))[call.arnMember]);
    } catch (error) {
      const { name: code, message } = error as Error;
      return { reason: `ClientError: Failed to invoke sagemaker:${call.create}. Error Details: ${code}: ${message}`, exception: exceptionOfCall(error) };
    }
    run.metadata = { [call.metadata]: { Arn: arn } };
    await this.jobEnded(arn);
    const description = await callByName(this.client, call.describe, { [call.describeMember]: name ?? arn });
    run.description = description;
    if (description[call.statusMember] === 'Completed') {
      return {};
    }
    const reason = String(description.FailureReason ?? `the ${run.step.Type} step ended as ${String(description[call.statusMember])}`);
    return { reason: `ClientError: ${reason}`.replace(/^ClientError: (?=\w+Error: )/, ''), exception: exceptionOfJob(reason) };
  }

  private scope(variables: Readonly<Record<string, string | undefined>> = {}): Scope {
    const { facts } = this;
    return {
      parameters: facts.parameters,
      execution: {
        StartDateTime: this.creationTime.toISOString(),
        CurrentDateTime: new Date().toISOString(),
        PipelineName: facts.pipelineName,
        PipelineArn: facts.pipelineArn,
        PipelineExecutionId: facts.id,
        PipelineExecutionArn: facts.arn,
        ...variables,
      },
      step: (name) => this.runs.get(name)?.description,
      propertyFile: async (name, file) => this.object(this.propertyFileUri(name, file)),
      object: async (uri) => this.object(uri),
    };
  }

  private propertyFileUri(name: string, fileName: string): string {
    const run = this.runs.get(name);
    const file = run?.step.PropertyFiles?.find(({ PropertyFileName }) => PropertyFileName === fileName);
    const uri = follow(run?.description, ['ProcessingOutputConfig', 'Outputs', file?.OutputName ?? '', 'S3Output', 'S3Uri']);
    if (file === undefined || typeof uri !== 'string') {
      throw new Error(`the step ${name} wrote no property file ${fileName}`);
    }
    return `${uri.replace(/\/$/, '')}/${file.FilePath}`;
  }

  private async object(uri: string): Promise<string> {
    const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
    if (match === null) {
      throw new Error(`${JSON.stringify(uri)} is no S3 URI`);
    }
    return this.transfer.read(String(match[1]), String(match[2]));
  }

  private enter(state: ExecutionStatus): void {
    const previous = this.state;
    this.state = state;
    this.lastModifiedTime = new Date();
    this.announce(previous);
  }

  private announce(previous: ExecutionStatus | undefined): void {
    announceExecution(this.cloud, this.facts, {
      current: this.state, previous, startTime: this.creationTime, changeTime: this.lastModifiedTime, failureReason: this.failureReason,
    });
  }

  private enterStep(run: StepRun, state: StepState): void {
    const previous = run.state;
    run.state = state;
    announceStep(this.cloud, this.facts, run, { current: STEP_STATUS[state], previous: previous === 'waiting' ? undefined : STEP_STATUS[previous] });
  }
}
