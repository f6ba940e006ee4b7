import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { deferred, type Deferred } from '../sagemaker/processes/deferred';
import { ServiceError } from '../core/service';
import { unknownFunctions } from './functions';

/** A table as a query names it; the catalog and the database are empty where it names none. */
export interface TableName {
  readonly catalog: string;
  readonly database: string;
  readonly name: string;
}

/** A query in DuckDB's SQL, with `table_0`, `table_1` ... in the place of its tables. */
export interface Translation {
  readonly sql: string;
  readonly tables: readonly TableName[];
}

type Answer = (Translation & { readonly functions: readonly string[] }) | { readonly malformed: string } | { readonly statement: string };

/** Translates Trino's SQL in a Python child (`translate.py`), which starts with the first query. */
export class Translator {
  private child?: ChildProcess;
  private readonly waiting: Deferred<Answer>[] = [];

  constructor(private readonly python: string) {}

  /** @throws ServiceError for what is no query, and by name for what this service does not run */
  async translate(sql: string): Promise<Translation> {
    const answer = await this.ask(sql);
    if ('malformed' in answer) {
      throw new ServiceError('InvalidRequestException', `line 1:1: ${answer.malformed}`, 400, { AthenaErrorCode: 'MALFORMED_QUERY' });
    }
    if ('statement' in answer) {
      throw new ServiceError('UnsupportedOperation', `the local Athena runs SELECT alone, not ${answer.statement}`, 501);
    }
    const unknown = unknownFunctions(answer.functions);
    if (unknown.length > 0) {
      throw new ServiceError('UnsupportedOperation', `the local Athena does not know the function ${unknown.join(', ')} of Trino (local/athena/functions.ts)`, 501);
    }
    return answer;
  }

  stop(): void {
    this.child?.stdin?.end();
  }

  private async ask(sql: string): Promise<Answer> {
    this.child ??= this.launch();
    const answer = deferred<Answer>();
    this.waiting.push(answer);
    this.child.stdin?.write(`${JSON.stringify({ sql })}\n`);
    return answer.promise;
  }

  private launch(): ChildProcess {
    const child = spawn(this.python, [join(__dirname, 'translate.py')], { env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8' }, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin?.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.waiting.shift()?.resolve(JSON.parse(line) as Answer));
    child.once('error', (error) => this.lost(`cannot start Python (${this.python}): ${error.message}`));
    child.once('exit', (code) => this.lost(`the translator of SQL ended with exit code ${code}`));
    return child;
  }

  private lost(reason: string): void {
    this.child = undefined;
    this.waiting.splice(0).forEach(({ reject }) => reject(new Error(reason)));
  }
}
