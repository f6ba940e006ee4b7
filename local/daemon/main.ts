import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cloud, createCloud } from '../core/cloud';
import type { FaultRule } from '../core/service';
import { Authorizer } from '../iam/authorizer';
import { accessReport } from '../iam/report';
import { type Moto, startMoto } from '../moto';
import { createControl } from './control';
import { registerServices } from './services';

/** First argument of this program, as JSON. */
export interface DaemonOptions {
  readonly folder: string;
  readonly region: string;
  readonly timeScale: number;
  readonly python: string;
  readonly port: number;
  /** Whether policies decide on every call. @default true */
  readonly enforce?: boolean;
  /** Faults from the start. @default - none */
  readonly faults?: readonly FaultRule[];
}

/** The ready file: written once everything answers, or with the reason why it does not. */
export type DaemonReady = { readonly pid: number; readonly endpoint: string } | { readonly pid: number; readonly error: string };

const READY = 'daemon.json';

/**
 * The local AWS as a process of its own. It ends, with everything it has started, on SIGTERM or SIGINT, and when its standard input closes
 * (whoever started it is gone) unless it was told `keep` there.
 */
async function main(options: DaemonOptions): Promise<void> {
  let cloud: Cloud | undefined;
  let moto: Moto | undefined;
  let authorizer: Authorizer | undefined;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) {
      return;
    }
    stopping = true;
    setTimeout(() => process.exit(1), 15_000).unref();
    await cloud?.stop();
    await moto?.stop();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  process.on('unhandledRejection', (error) => cloud?.log('daemon', `unhandled: ${error instanceof Error ? error.stack : String(error)}`));
  let keep = false;
  process.stdin.on('data', (chunk: Buffer) => {
    keep ||= chunk.toString('utf8').includes('keep');
  });
  process.stdin.once('close', () => (keep ? undefined : void stop()));

  // Whoever waits for the file must never see half of it.
  const ready = (state: DaemonReady): void => {
    const file = join(options.folder, READY);
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  };
  try {
    const started = startMoto(options.python, join(options.folder, 'moto'));
    cloud = await createCloud({
      ...options,
      control: createControl({
        faults: () => (cloud as Cloud).faults,
        status: () => ({ services: [...(cloud?.services.keys() ?? [])], uptimeSeconds: Math.round(process.uptime()), memoryBytes: process.memoryUsage.rss() }),
        stop: () => void stop(),
        access: async () => authorizer && accessReport(authorizer.accounts, authorizer.sources.roles, authorizer.usage),
      }),
    });
    options.faults?.forEach((rule) => cloud?.faults.add(rule));
    registerServices(cloud);
    if (options.enforce !== false) {
      authorizer = new Authorizer(cloud);
      cloud.setAccess(authorizer);
    }
    moto = await started;
    cloud.setBackend({ port: moto.port });
    await cloud.start();
    ready({ pid: process.pid, endpoint: cloud.endpoint });
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    ready({
      pid: process.pid,
      error: taken ? `port ${options.port} is in use; give another one with --port, or none for a free one` : String(error instanceof Error ? error.stack : error),
    });
    await stop();
  }
}

void main(JSON.parse(process.argv[2] ?? '{}') as DaemonOptions);
