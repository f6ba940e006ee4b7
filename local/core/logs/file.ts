import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const LIMIT_BYTES = 8 * 1024 * 1024;
const FLUSH_MILLISECONDS = 100;

/** A log of bounded size: one older part is kept beside it (`<path>.1`). Lines are written in batches, so that logging costs a call nothing. */
export class LogFile {
  private pending: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private size: number;

  constructor(readonly path: string, private readonly limit = LIMIT_BYTES) {
    mkdirSync(dirname(path), { recursive: true });
    this.size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  write(line: string): void {
    this.pending.push(`${new Date().toISOString()} ${line}\n`);
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MILLISECONDS).unref();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = this.pending.join('');
    this.pending = [];
    if (text === '') {
      return;
    }
    if (this.size + text.length > this.limit && this.size > 0) {
      renameSync(this.path, `${this.path}.1`);
      this.size = 0;
    }
    appendFileSync(this.path, text);
    this.size += text.length;
  }
}
