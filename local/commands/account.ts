import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { rootCredentials } from '../core/keys';
import { latestRun, type Run } from '../daemon/run';
import { CommandError } from './command';

/** Options of the commands that read what is on record: of the local AWS that is up, or of AWS. */
export const ACCOUNT_OPTIONS = { model: { type: 'string' }, environment: { type: 'string', default: 'prod' }, aws: { type: 'boolean', default: false } } as const;

/** The account that owns a registry. */
export interface Account {
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  readonly model: string;
  /** The local AWS, unless it is AWS. */
  readonly run?: Run;
}

/**
 * Points the SDK's default clients at an account: of the local AWS that is up, or with `--aws` wherever credentials and region of this shell lead.
 *
 * @throws CommandError when neither is there.
 */
export async function openAccount({ model, environment, aws }: { readonly model?: string; readonly environment: string; readonly aws: boolean }): Promise<Account> {
  if (model === undefined) {
    throw new CommandError('name a model with --model');
  }
  if (aws) {
    const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    if (region === undefined) {
      throw new CommandError('--aws needs the region of the registry in AWS_REGION');
    }
    const { Account: account } = await new STSClient({ region }).send(new GetCallerIdentityCommand({})).catch((error: unknown) => {
      throw new CommandError(`AWS does not know who is asking: ${error instanceof Error ? error.message : String(error)}; sign in to the account of ${environment}`);
    });
    return { environment, account: account ?? '', region, model };
  }
  const run = latestRun();
  const account = run?.accounts[environment];
  if (run === undefined || account === undefined) {
    throw new CommandError(
      run === undefined
        ? 'no local AWS is up; start one with: npm run local -- up (or read from AWS with --aws)'
        : `there is no environment ${JSON.stringify(environment)}; there is ${Object.keys(run.accounts).join(', ')}`,
    );
  }
  const { accessKeyId, secretAccessKey } = rootCredentials(account);
  Object.assign(process.env, { AWS_ENDPOINT_URL: run.endpoint, AWS_REGION: run.region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  delete process.env.AWS_SESSION_TOKEN;
  delete process.env.AWS_PROFILE;
  return { environment, account, region: run.region, model, run };
}
