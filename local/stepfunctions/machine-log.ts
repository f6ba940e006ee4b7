import { join } from 'node:path';
import { LogFile } from '../core/log-file';
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
}

const DATA = new Set(['input', 'output', 'parameters', 'inputDetails', 'outputDetails', 'assignedVariables', 'assignedVariablesDetails']);

const shown = (event: HistoryEvent, withData: boolean): string =>
  JSON.stringify(event, (key: string, value: unknown) => (DATA.has(key) && !withData ? undefined : value)).slice(0, LINE_LIMIT);

/** Logs of machines under `logs/states`, one file for each, as their logging configuration asks. */
export class MachineLogs {
  private readonly files = new Map<string, LogFile>();

  constructor(private readonly folder: string) {}

  /** What writes the events of one execution; `undefined` when the machine does not log. */
  writer(machine: Machine, revision: Revision, execution: string): ((event: HistoryEvent) => void) | undefined {
    const { level = 'OFF', includeExecutionData = false } = (revision.loggingConfiguration ?? {}) as Logging;
    const wanted = LEVELS[level];
    if (wanted === undefined) {
      return undefined;
    }
    const file = this.file(`${machine.accountId}-${machine.name}`);
    return (event) => {
      if (wanted.test(event.type)) {
        file.write(`${execution} ${shown(event, includeExecutionData)}`);
      }
    };
  }

  flush(): void {
    this.files.forEach((file) => file.flush());
  }

  private file(name: string): LogFile {
    const file = this.files.get(name) ?? new LogFile(join(this.folder, 'logs', 'states', `${name}.log`), LIMIT_BYTES);
    this.files.set(name, file);
    return file;
  }
}
