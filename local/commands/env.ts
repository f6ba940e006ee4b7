import { STSClient } from '@aws-sdk/client-sts';
import { rootCredentials } from '../core/keys';
import { assumeAsPerson } from '../sts/person';
import { requireRun } from './attach';
import { type Command, CommandError, readArguments } from './command';

/** As STS answers them. */
interface Credentials {
  readonly AccessKeyId?: string;
  readonly SecretAccessKey?: string;
  readonly SessionToken?: string;
}

export const env: Command = {
  usage: 'env ENVIRONMENT [--role ROLE] [--json]',
  summary: 'shell exports that point the AWS CLI or boto3 at an account',
  async run(args) {
    const { values, positionals } = readArguments(args, { role: { type: 'string' } }, true);
    const run = requireRun();
    const [environment = ''] = positionals;
    const account = run.accounts[environment];
    if (account === undefined) {
      throw new CommandError(`there is no environment ${JSON.stringify(environment)}; there is ${Object.keys(run.accounts).join(', ')}`);
    }
    const root = rootCredentials(account);
    let credentials: Credentials = {
      AccessKeyId: root.accessKeyId,
      SecretAccessKey: root.secretAccessKey,
    };
    if (values.role !== undefined) {
      const sts = new STSClient({ endpoint: run.endpoint, region: run.region, credentials: root });
      credentials = await assume(sts, roleArns(values.role, account, environment));
    }
    const variables: Record<string, string | undefined> = {
      AWS_ENDPOINT_URL: run.endpoint,
      AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: credentials.SessionToken,
      AWS_REGION: run.region,
      AWS_DEFAULT_REGION: run.region,
    };
    const set = Object.entries(variables).filter(([, value]) => value !== undefined);
    process.stdout.write(values.json ? `${JSON.stringify(Object.fromEntries(set))}\n` : `${set.map(([name, value]) => `export ${name}=${value}`).join('\n')}\n`);
    return 0;
  },
};

/** A role may be given by ARN, by name, or, for the people's roles of an environment, by the last part of the name. */
const roleArns = (role: string, account: string, environment: string): string[] =>
  role.startsWith('arn:') ? [role] : [role, `mlops-${environment}-${role}`].map((name) => `arn:aws:iam::${account}:role/${name}`);

async function assume(sts: STSClient, candidates: readonly string[]): Promise<Credentials> {
  let problem = '';
  for (const RoleArn of candidates) {
    try {
      return await assumeAsPerson(sts, RoleArn, 'local');
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  throw new CommandError(problem);
}
