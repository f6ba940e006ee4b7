import { join } from 'node:path';
import { LogFile } from '../core/logs/file';

const LOG_LIMIT_BYTES = 4 * 1024 * 1024;
/** What `LogType: Tail` answers. */
const TAIL_BYTES = 4096;

/** Where the lines of an execution environment go. */
export interface LineLog {
  write(line: string): void;
}

/** Log of one function, kept on disk with a bound; the last lines are at hand for callers that ask for them. */
export class FunctionLog implements LineLog {
  private readonly file: LogFile;
  private tailText = '';

  constructor(folder: string, accountId: string, name: string) {
    this.file = new LogFile(join(folder, 'logs', 'lambda', `${accountId}-${name}.log`), LOG_LIMIT_BYTES);
  }

  write(line: string): void {
    this.file.write(line);
    this.tailText = `${this.tailText}${line}\n`.slice(-TAIL_BYTES);
  }

  /** Base64, as AWS answers it. */
  get tail(): string {
    return Buffer.from(this.tailText).toString('base64');
  }

  flush(): void {
    this.file.flush();
  }
}
