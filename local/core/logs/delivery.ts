import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand, type InputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { createClient } from '../client';
import type { Credentials, LocalCloud } from '../service';

const FLUSH_MILLISECONDS = 1_000;
/** Limits of PutLogEvents. */
const BATCH_EVENTS = 1_000;
const EVENT_OVERHEAD_BYTES = 26;
const EVENT_BYTES = 200_000;
/** CloudWatch Logs of the local AWS hold their events in memory: a group that has so much gets no more. The files of the run go on. */
const GROUP_LIMIT_BYTES = 4 * 1024 * 1024;

/** A log stream and who writes to it. */
export interface LogTarget {
  readonly accountId: string;
  readonly group: string;
  readonly stream: string;
  /** Acts for the writer, whose permissions decide. */
  readonly credentials: () => Credentials;
}

interface Stream {
  readonly target: LogTarget;
  events: InputLogEvent[];
  /** Made with the first batch: every session of a role is a key of its own. */
  client?: CloudWatchLogsClient;
  refused: boolean;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/**
 * Brings log lines of functions and state machines into CloudWatch Logs, in batches and in the background: a line costs its writer nothing, and a failure
 * to deliver is told once per stream in the run's log.
 */
export class LogDelivery {
  private readonly streams = new Map<string, Stream>();
  private readonly groupBytes = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly cloud: Pick<LocalCloud, 'endpoint' | 'region' | 'log'>) {}

  write(target: LogTarget, message: string): void {
    const groupKey = `${target.accountId} ${target.group}`;
    const bytes = Math.min(Buffer.byteLength(message), EVENT_BYTES) + EVENT_OVERHEAD_BYTES;
    const before = this.groupBytes.get(groupKey) ?? 0;
    if (this.stopped || before > GROUP_LIMIT_BYTES) {
      return;
    }
    this.groupBytes.set(groupKey, before + bytes);
    if (before + bytes > GROUP_LIMIT_BYTES) {
      this.cloud.log('logs', `log group ${target.group} of ${target.accountId} is full (${GROUP_LIMIT_BYTES} bytes); later lines are in the run's files alone`);
    }
    const key = `${groupKey} ${target.stream}`;
    const stream = this.streams.get(key) ?? { target, events: [], refused: false };
    this.streams.set(key, stream);
    // Events without text are refused.
    stream.events.push({ timestamp: Date.now(), message: message === '' ? ' ' : message.slice(0, EVENT_BYTES) });
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MILLISECONDS).unref();
  }

  /** Sends what has been written so far. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending = this.sending.then(() => this.sendAll());
    return this.sending;
  }

  /** Sends nothing more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sending;
    this.streams.forEach(({ client }) => client?.destroy());
  }

  private async sendAll(): Promise<void> {
    for (const stream of this.streams.values()) {
      while (stream.events.length > 0 && !this.stopped) {
        await this.send(stream, stream.events.splice(0, BATCH_EVENTS));
      }
    }
  }

  private async send(stream: Stream, logEvents: InputLogEvent[]): Promise<void> {
    if (stream.refused) {
      return;
    }
    const { group, stream: name, credentials } = stream.target;
    const about = { logGroupName: group, logStreamName: name };
    try {
      if (stream.client === undefined) {
        stream.client = createClient(CloudWatchLogsClient, this.cloud, credentials());
        await this.make(stream.client, about);
      }
      await stream.client.send(new PutLogEventsCommand({ ...about, logEvents }));
    } catch (error) {
      stream.refused = true;
      if (!this.stopped) {
        this.cloud.log('logs', `${group} takes no events from ${name}: ${nameOf(error)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  private async make(client: CloudWatchLogsClient, about: { readonly logGroupName: string; readonly logStreamName: string }): Promise<void> {
    try {
      await client.send(new CreateLogStreamCommand(about));
    } catch (error) {
      if (nameOf(error) === 'ResourceAlreadyExistsException') {
        return;
      }
      if (nameOf(error) !== 'ResourceNotFoundException') {
        throw error;
      }
      await client.send(new CreateLogGroupCommand({ logGroupName: about.logGroupName }));
      await client.send(new CreateLogStreamCommand(about));
    }
  }
}
