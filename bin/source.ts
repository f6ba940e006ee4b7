import { execFileSync } from 'node:child_process';

/** Where the code of a model project comes from. */
export interface Source {
  readonly repository: string;
  /** Commit; with `-dirty` behind where the files differ from it. */
  readonly commit: string;
}

/** Repository and commit of a folder, `unknown` outside git: a model project may live in a repository of its own. */
export const sourceOf = (folder: string): Source => ({
  repository: withoutCredentials(git(folder, ['config', '--get', 'remote.origin.url'])),
  commit: git(folder, ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']),
});

function git(folder: string, command: string[]): string {
  try {
    const answer = execFileSync('git', command, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return answer === '' ? 'unknown' : answer;
  } catch {
    return 'unknown';
  }
}

/** The address goes into records that many may read. */
const withoutCredentials = (address: string): string => address.replace(/^(\w+:\/\/)[^@/]*@/, '$1');
