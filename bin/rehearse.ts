/**
 * `tsx bin/rehearse.ts run SUFFIX`: lets every model go the whole way in a rehearsal that was deployed with `-c rehearsal=SUFFIX`.
 * `tsx bin/rehearse.ts empty SUFFIX`: empties it, so that it can be destroyed.
 */
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { developmentPlace } from '../lib/config/environment';
import { loadModelProjects } from '../lib/config/model-project';
import { names, type Place } from '../lib/config/names';
import { rehearsalOf } from '../lib/config/rehearsal';
import { placesOf } from '../lib/config/sharing';
import { promotionChain } from '../lib/config/validation';
import { environments } from './environments';
import { empty, rehearse, type RehearsalClients } from './rehearsal';

/** Clients in the role that rehearses in an account. */
async function clientsIn({ environment, account, region }: Place): Promise<RehearsalClients> {
  const RoleArn = `arn:aws:iam::${account}:role/${names.accessRole(environment, 'rehearsal')}`;
  const { Credentials } = await new STSClient({ region }).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'rehearsal', DurationSeconds: 3600 }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken: sessionToken } = Credentials ?? {};
  const config = { region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
  return { s3: new S3Client(config), sfn: new SFNClient(config), sagemaker: new SageMakerClient(config) };
}

async function main([command, suffix = '']: readonly string[]): Promise<void> {
  const chain = promotionChain(environments);
  const { production: rehearsal } = rehearsalOf(chain, suffix);
  const models = loadModelProjects(process.env.MLOPS_MODELS ?? 'models').map(({ name }) => name);
  const log = (line: string): void => console.log(line);
  if (command === 'run') {
    const source = developmentPlace(chain.qualification);
    const clients = await clientsIn(source);
    for (const model of models) {
      await rehearse(clients, { source, place: developmentPlace(rehearsal), model, log });
    }
  } else if (command === 'empty') {
    for (const [index, place] of placesOf(rehearsal).entries()) {
      await empty(await clientsIn(placesOf(chain.qualification)[index] ?? place), place, models);
      log(`${place.environment} in ${place.account} is empty`);
    }
  } else {
    throw new Error(`expected run or empty, got "${command ?? ''}"`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
