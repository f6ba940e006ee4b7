import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withoutAws } from '../core/own-environment';
import { REPOSITORY_FOLDER } from '../setup/python';

/** The account whose credentials the toolkit starts with; every environment's bootstrap trusts it. */
export const TOOLING_ACCOUNT = '444444444444';

const CDK = join(REPOSITORY_FOLDER, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const LIMIT_MILLISECONDS = 300_000;

/** Where the toolkit works. */
export interface ToolkitOptions {
  readonly endpoint: string;
  readonly region: string;
  /** Folder of the run: the toolkit's home and its assemblies. */
  readonly folder: string;
  /** One line of progress. */
  readonly log: (line: string) => void;
}

/** The real CDK toolkit, pointed at the local AWS. */
export class Toolkit {
  constructor(private readonly options: ToolkitOptions) {}

  /** Synthesizes the app into a new assembly and returns its folder. */
  static async synth(folder: string, models: string): Promise<string> {
    const assembly = mkdtempSync(join(folder, 'assembly-'));
    const args = ['synth', '--quiet', '--output', assembly, '--context', `models=${models}`];
    // `npm run synth` and CI validate the templates; here it would only cost seconds.
    await run(args, { cwd: REPOSITORY_FOLDER, env: { ...withoutAws(), CDK_VALIDATION: 'false', ...quiet(folder) } });
    return assembly;
  }

  /**
   * Prepares accounts for deployments from the tooling account.
   *
   * @param executionPolicy ARN of the policy of an account that says what CloudFormation may do. @default - administrator
   * @param qualifier of the bootstrap's resources. @default - that of the toolkit
   */
  async bootstrap(accounts: readonly string[], { executionPolicy, qualifier }: { readonly executionPolicy?: (account: string) => string; readonly qualifier?: string } = {}): Promise<void> {
    const empty = join(this.options.folder, 'empty');
    mkdirSync(empty, { recursive: true });
    await Promise.all(
      accounts.map(async (account) => {
        const policy = executionPolicy?.(account) ?? 'arn:aws:iam::aws:policy/AdministratorAccess';
        const target = `aws://${account}/${this.options.region}`;
        const args = ['bootstrap', target, '--trust', TOOLING_ACCOUNT, '--cloudformation-execution-policies', policy, ...(qualifier === undefined ? [] : ['--qualifier', qualifier])];
        await run(args, { cwd: empty, env: this.environment(account) });
        this.options.log(`bootstrapped ${account}`);
      }),
    );
  }

  /** Deploys the stacks of an assembly that match the patterns. @returns how many were deployed or unchanged. */
  async deploy(assembly: string, patterns: readonly string[]): Promise<number> {
    let stacks = 0;
    const args = ['deploy', '--app', assembly, ...patterns, '--concurrency', '8', '--require-approval', 'never', '--progress', 'events'];
    await run(args, { cwd: this.options.folder, env: this.environment(TOOLING_ACCOUNT) }, (line) => {
      const [, stack] = /✅\s+(\S+)/.exec(line) ?? [];
      if (stack !== undefined) {
        stacks++;
        this.options.log(`${line.includes('(no changes)') ? 'no change in' : 'deployed'} ${stack}`);
      }
    });
    return stacks;
  }

  /** What a deployment of the stacks that match the patterns would change, in the words of the toolkit. */
  async diff(assembly: string, patterns: readonly string[]): Promise<string> {
    const lines: string[] = [];
    await run(['diff', '--app', assembly, ...patterns], { cwd: this.options.folder, env: this.environment(TOOLING_ACCOUNT) }, (line) => void lines.push(line));
    return lines.join('\n');
  }

  /** Destroys the stacks of an assembly that match the patterns. */
  async destroy(assembly: string, patterns: readonly string[]): Promise<void> {
    const args = ['destroy', '--app', assembly, ...patterns, '--force'];
    await run(args, { cwd: this.options.folder, env: this.environment(TOOLING_ACCOUNT) });
  }

  private environment(account: string): NodeJS.ProcessEnv {
    return {
      ...withoutAws(),
      ...quiet(this.options.folder, account),
      AWS_ENDPOINT_URL: this.options.endpoint,
      AWS_ACCESS_KEY_ID: `AKIALOCL${account}`,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: this.options.region,
    };
  }
}

/** The toolkit caches which account a key belongs to: a home of its own keeps runs apart. */
function quiet(folder: string, account = 'synth'): NodeJS.ProcessEnv {
  const home = join(folder, 'home', account);
  mkdirSync(home, { recursive: true });
  return { HOME: home, CDK_HOME: join(home, '.cdk'), CDK_DISABLE_VERSION_CHECK: '1', CDK_DISABLE_CLI_TELEMETRY: 'true', NO_COLOR: '1', FORCE_COLOR: '0' };
}

/** Progress, and what the toolkit says beside the reason of a failure. */
const NOISE = /✅|: (start|success): | \w+_(IN_PROGRESS|COMPLETE) |Subprocess exited with error|deprecated|^\[WARNING\]/;

/** Runs the toolkit to its end. @throws Error with the toolkit's own last lines. */
async function run(args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }, onLine?: (line: string) => void): Promise<void> {
  const child = spawn(process.execPath, [CDK, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      onLine?.(line);
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MILLISECONDS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  if (code !== 0) {
    const told = lines.filter((line) => line.trim() !== '' && !NOISE.test(line));
    const first = told.findIndex((line) => /❌|_FAILED\b/.test(line));
    const problem = told.slice(Math.max(first, told.length - 40)).join('\n');
    throw new Error(`cdk ${args[0]} failed:\n${problem}`);
  }
}

/** Account id of every environment in an assembly, in promotion order. */
export function accountsOf(assembly: string): Record<string, string> {
  const accounts: Record<string, string> = {};
  for (const name of readdirSync(assembly).filter((entry) => entry.startsWith('assembly-'))) {
    const manifest = JSON.parse(readFileSync(join(assembly, name, 'manifest.json'), 'utf8')) as {
      artifacts: Record<string, { type: string; environment?: string }>;
    };
    for (const artifact of Object.values(manifest.artifacts)) {
      const [, account] = /^aws:\/\/(\d{12})\//.exec(artifact.environment ?? '') ?? [];
      if (artifact.type === 'aws:cloudformation:stack' && account !== undefined) {
        accounts[name.slice('assembly-'.length)] ??= account;
      }
    }
  }
  return accounts;
}
