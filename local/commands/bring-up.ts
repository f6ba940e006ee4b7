import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DUPLICATE_EVENTS } from '../core/faults/rules';
import type { FaultRule } from '../core/service';
import { newRunFolder, type Run, saveRun } from '../daemon/run';
import { type Daemon, startDaemon } from '../daemon/start';
import { accountsOf, Toolkit } from '../deploy/toolkit';
import { ensurePython } from '../setup';
import { CommandError, readNumber, readSwitch } from './command';
import { readFaults } from './fault';

export const REGION = 'eu-central-1';

/** How the user wants the local AWS. */
export interface LocalOptions {
  readonly models: string;
  readonly timeScale: number;
  readonly port: number;
  /** Whether policies decide on every call. */
  readonly enforce: boolean;
  /** Faults from the start. */
  readonly faults: readonly FaultRule[];
  readonly log: (line: string) => void;
}

/** Common options of the command line, with their environment variables and defaults. */
export function localOptions(
  values: {
    readonly models?: string;
    readonly 'time-scale'?: string;
    readonly port?: string;
    readonly enforce?: string;
    readonly faults?: string;
    readonly 'duplicate-events'?: boolean;
  },
  log: (line: string) => void,
): LocalOptions {
  const models = resolve(values.models ?? process.env.MLOPS_MODELS ?? 'models');
  if (!existsSync(models) || !statSync(models).isDirectory()) {
    throw new CommandError(`there is no folder of model projects ${models}; give one with --models or MLOPS_MODELS`);
  }
  return {
    models,
    timeScale: readNumber('time-scale', values['time-scale'], { minimum: 1, maximum: 10_000 }) ?? 600,
    port: readNumber('port', values.port, { minimum: 1024, maximum: 65_535 }) ?? 0,
    enforce: readSwitch('enforce', values.enforce) ?? true,
    faults: [...readFaults(values.faults), ...(values['duplicate-events'] === true ? [DUPLICATE_EVENTS] : [])],
    log,
  };
}

/** A local AWS that answers, with the environments known and their accounts bootstrapped; nothing is deployed yet. */
export interface Started {
  readonly daemon: Daemon;
  readonly run: Run;
  readonly toolkit: Toolkit;
  /** The assembly synthesized from `models`. */
  readonly assembly: string;
}

/** Sets up Python, synthesizes and starts the local AWS at the same time, then bootstraps the accounts. */
export async function bringUp(options: LocalOptions): Promise<Started> {
  const { python } = await ensurePython({ log: options.log });
  const folder = newRunFolder();
  const synthesized = Toolkit.synth(folder, options.models);
  const started = startDaemon({ folder, region: REGION, timeScale: options.timeScale, python, port: options.port, enforce: options.enforce, faults: options.faults });
  const [assembly, daemon] = await Promise.allSettled([synthesized, started]);
  if (daemon.status === 'rejected') {
    throw new CommandError(String((daemon.reason as Error).message));
  }
  try {
    if (assembly.status === 'rejected') {
      throw new CommandError(String((assembly.reason as Error).message));
    }
    const accounts = accountsOf(assembly.value);
    const run: Run = {
      pid: daemon.value.pid,
      endpoint: daemon.value.endpoint,
      region: REGION,
      folder,
      timeScale: options.timeScale,
      accounts,
      models: options.models,
    };
    saveRun(run);
    options.log(`the local AWS answers at ${run.endpoint}`);
    const toolkit = new Toolkit({ endpoint: run.endpoint, region: REGION, folder, log: options.log });
    await toolkit.bootstrap([...new Set(Object.values(accounts))]);
    return { daemon: daemon.value, run, toolkit, assembly: assembly.value };
  } catch (error) {
    await daemon.value.stop();
    throw error;
  }
}
