import { join } from 'node:path';
import { LogDelivery } from '../core/logs/delivery';
import { LogFile } from '../core/logs/file';
import type { LocalCloud } from '../core/service';
import { executionArn } from './arns';
import type { HistoryEvent } from './interpreter/history';
import type { Machine, Revision } from './store';

const LIMIT_BYTES = 4 * 1024 * 1024;
/** Longest text of one event: payloads may have 256 KiB. */
const LINE_LIMIT = 4_000;

/** Events that a level of the logging configuration lets through. */
const LEVELS: Readonly<Record<string, RegExp>> = {
  ALL: /./,
  ERROR: /Failed$|TimedOut$|Aborted$/,
  FATAL: /^Execution(Failed|TimedOut|Aborted)$/,
};

interface Logging {
  readonly level?: string;
  readonly includeExecutionData?: boolean;
  readonly destinations?: readonly { readonly cloudWatchLogsLogGroup?: { readonly logGroupArn?: string } }[];
}

const DATA = new Set(['input', 'output', 'parameters', 'inputDetails', 'outputDetails', 'assignedVariables', 'assignedVariablesDetails']);

const text = (event: object, withData: boolean): string => JSON.stringify(event, (key: string, value: unknown) => (DATA.has(key) && !withData ? undefined : value));

/** An event as Step Functions writes it into a log group. */
function logged({ id, type, timestamp, previousEventId, ...details }: HistoryEvent, arn: string): object {
  return {
    id: String(id), type, details: Object.values(details)[0] ?? {}, previous_event_id: String(previousEventId), event_timestamp: String(timestamp.getTime()),
    execution_arn: arn, redrive_count: '0',
  };
}

/**
 * Logs of machines as their logging configuration asks: into a file under `logs/states` for each, and into the log group that it names.
 */
export class MachineLogs {
  private readonly files = new Map<string, LogFile>();
  private readonly delivery: LogDelivery;

  constructor(private readonly cloud: LocalCloud) {
    this.delivery = new LogDelivery(cloud);
  }

  /** What writes the events of one execution; `undefined` when the machine does not log. */
  writer(machine: Machine, revision: Revision, execution: string): ((event: HistoryEvent) => void) | undefined {
    const { level = 'OFF', includeExecutionData = false, destinations } = (revision.loggingConfiguration ?? {}) as Logging;
    const wanted = LEVELS[level];
    if (wanted === undefined) {
      return undefined;
    }
    const { accountId, name } = machine;
    const file = this.file(`${accountId}-${name}`);
    const group = /:log-group:(.+?)(?::\*)?$/.exec(destinations?.[0]?.cloudWatchLogsLogGroup?.logGroupArn ?? '')?.[1];
    // Vended logs: delivered by the service, not by the machine's role.
    const credentials = () => this.cloud.credentialsOf(`arn:aws:iam::${accountId}:root`, 'delivery.logs');
    const arn = executionArn(machine.region, accountId, name, execution);
    return (event) => {
      if (!wanted.test(event.type)) {
        return;
      }
      file.write(`${execution} ${text(event, includeExecutionData).slice(0, LINE_LIMIT)}`);
      if (group !== undefined) {
        this.delivery.write({ accountId, group, stream: `states/${name}`, credentials }, text(logged(event, arn), includeExecutionData));
      }
    };
  }

  async stop(): Promise<void> {
    this.files.forEach((file) => file.flush());
    await this.delivery.stop();
  }

  private file(name: string): LogFile {
    const file = this.files.get(name) ?? new LogFile(join(this.cloud.folder, 'logs', 'states', `${name}.log`), LIMIT_BYTES);
    this.files.set(name, file);
    return file;
  }
}
