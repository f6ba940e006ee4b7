import { appendFileSync, mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalCloud } from '../../core/service';
import { Transfer } from '../core/transfer';
import { baseEnvironment, mapped, type Command } from '../processes/environment';
import { PythonHost, programs, type ProcessExit, type RunningProcess } from '../processes/python-host';

/** A stopped job gets this long to save its state before it is killed; AWS gives 120 seconds. Real time, as run times are. */
const STOP_GRACE_MS = 10_000;

export type EndCause = 'finished' | 'stopped' | 'timedOut';

export interface JobResult {
  readonly exit: ProcessExit;
  readonly cause: EndCause;
  readonly wallSeconds: number;
}

export interface JobFacts {
  readonly kind: 'processing' | 'training';
  readonly name: string;
  readonly accountId: string;
  /** Real seconds. */
  readonly maxRuntimeSeconds: number;
}

/** Why a job did not do what it should, in the words of SageMaker's `FailureReason`. */
export class JobFailure extends Error {}

/** The folder and process of one job. */
export class JobRun {
  private process?: RunningProcess;
  private cause: EndCause = 'finished';
  private doomed = false;
  private readonly timers: NodeJS.Timeout[] = [];

  private constructor(
    private readonly host: PythonHost,
    private readonly cloud: LocalCloud,
    private readonly facts: JobFacts,
    private readonly folder: string,
  ) {}

  static async create(host: PythonHost, cloud: LocalCloud, facts: JobFacts): Promise<JobRun> {
    const parent = join(cloud.folder, 'sagemaker', 'jobs');
    await mkdir(parent, { recursive: true });
    const folder = await mkdtemp(join(parent, `${facts.name}-`));
    const run = new JobRun(host, cloud, facts, folder);
    await mkdir(run.root, { recursive: true });
    await mkdir(run.scratch, { recursive: true });
    return run;
  }

  /** What the job sees as `/opt/ml`. */
  get root(): string {
    return join(this.folder, 'ml');
  }

  get stopRequested(): boolean {
    return this.cause === 'stopped';
  }

  private get scratch(): string {
    return join(this.folder, 'tmp');
  }

  private get logs(): string {
    return join(this.cloud.folder, 'logs', 'sagemaker');
  }

  /** Runs the job's command to its end, its stop or its time limit. */
  async run(command: Command): Promise<JobResult> {
    const started = performance.now();
    const process = await this.launch(command, true, `${this.facts.name}.log`);
    if (this.stopRequested || this.doomed) {
      process.kill(9);
    }
    this.process = process;
    this.timers.push(setTimeout(() => this.end('timedOut'), this.facts.maxRuntimeSeconds * 1000));
    const exit = await process.exited;
    this.timers.forEach(clearTimeout);
    this.process = undefined;
    const wallSeconds = (performance.now() - started) / 1000;
    this.record(exit, wallSeconds);
    return { exit, cause: this.cause, wallSeconds };
  }

  /** Packs a folder as SageMaker packs `model.tar.gz`. */
  async pack(folder: string, file: string): Promise<void> {
    const command = { argv: ['python3', programs.archive, 'pack', folder, file], env: {}, cwd: this.folder };
    const process = await this.launch(command, false, 'archive.log');
    const exit = await process.exited;
    if (exit.code !== 0) {
      throw new JobFailure(`InternalServerError: could not pack ${file}: ${exit.tail}`);
    }
  }

  scratchFile(name: string): string {
    return join(this.scratch, name);
  }

  /** Asks the job to stop; kills it after the grace period. */
  end(cause: Exclude<EndCause, 'finished'>): void {
    if (this.cause === 'finished') {
      this.cause = cause;
    }
    this.process?.kill(15);
    this.timers.push(setTimeout(() => this.process?.kill(9), STOP_GRACE_MS));
  }

  /** Ends the job as a failing machine would, as soon as it runs. */
  kill(): void {
    this.doomed = true;
    this.process?.kill(9);
  }

  async remove(): Promise<void> {
    this.timers.forEach(clearTimeout);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @param contained in the job's container; else a step of SageMaker itself, outside of it */
  private async launch(command: Command, contained: boolean, log: string): Promise<RunningProcess> {
    const { mount } = await this.host.capabilities();
    const { argv, env, cwd } = contained && !mount ? mapped(command, this.root) : command;
    return this.host.run({
      argv,
      env: { ...baseEnvironment(this.cloud.python, this.scratch), ...env },
      cwd,
      root: contained ? this.root : undefined,
      isolate: true,
      log: join(this.logs, log),
    });
  }

  /** One line per job, for the run's summary. */
  private record(exit: ProcessExit, wallSeconds: number): void {
    const { kind, name, accountId } = this.facts;
    mkdirSync(this.logs, { recursive: true });
    const use = { wallSeconds, userSeconds: exit.userSeconds, systemSeconds: exit.systemSeconds, maxRssMiB: exit.maxRssKiB / 1024 };
    appendFileSync(join(this.logs, 'jobs.jsonl'), `${JSON.stringify({ time: new Date().toISOString(), kind, name, accountId, ...use, code: exit.code })}\n`);
  }
}

/** Copies one input into the job's folder with the job role's rights. */
export async function downloadInput(transfer: Transfer, uri: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  let files: number;
  try {
    files = await transfer.download(uri, folder);
  } catch (error) {
    throw new JobFailure(`ClientError: Data download failed: ${describe(error)} (${uri})`);
  }
  if (files === 0) {
    throw new JobFailure(`ClientError: Data download failed: no S3 objects found under the S3 URL ${JSON.stringify(uri)} given in the input data source`);
  }
}

/** Runs an upload with the job role's rights, naming a failure as SageMaker does. */
export async function uploadOutput(work: () => Promise<unknown>, uri: string): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new JobFailure(`ClientError: Artifact upload failed: ${describe(error)} (${uri})`);
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
