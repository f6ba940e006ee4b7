import { latestRun, type Run } from '../daemon/run';
import { CommandError } from './command';

/** The local AWS that is up. @throws CommandError saying how to start one. */
export function requireRun(): Run {
  const run = latestRun();
  if (run === undefined) {
    throw new CommandError('no local AWS is up; start one with: npm run local -- up');
  }
  return run;
}

/** Asks the local AWS itself, below `/_local/`. */
export async function control<T>(run: Pick<Run, 'endpoint'>, method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${run.endpoint}/_local/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) {
    throw new CommandError(`the local AWS answered ${answer.status}: ${text}`);
  }
  return JSON.parse(text) as T;
}
