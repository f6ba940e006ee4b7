import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import { mockClient } from 'aws-sdk-client-mock';
import { NoCredentials, resolveDigests } from '../../bin/image-digests';

const ecr = mockClient(ECRClient);
const client = (region: string) => new ECRClient({ region });
const table = { learn: { tag: '1', accounts: { 'eu-central-1': '492215442770', 'us-east-1': '683313688378' }, digests: { 'us-east-1': 'sha256:old' } } };
const named = (name: string) => Object.assign(new Error('message'), { name });

beforeEach(() => ecr.reset());

test('writes the digest behind the tag of each region that was asked for, and keeps the others', async () => {
  ecr.on(BatchGetImageCommand, { registryId: '492215442770', repositoryName: 'learn', imageIds: [{ imageTag: '1' }] }).resolves({ images: [{ imageId: { imageDigest: 'sha256:new' } }] });
  expect(await resolveDigests(table, ['eu-central-1'], client)).toEqual({
    table: { learn: { ...table.learn, digests: { 'eu-central-1': 'sha256:new', 'us-east-1': 'sha256:old' } } },
    unresolved: [],
  });
});

test('an image that is not there keeps what is known, with the reason', async () => {
  ecr.on(BatchGetImageCommand).resolves({ failures: [{ failureReason: 'Requested image not found' }] });
  const { table: after, unresolved } = await resolveDigests(table, ['us-east-1', 'mars-north-1'], client);
  expect(after.learn?.digests).toEqual({ 'us-east-1': 'sha256:old' });
  expect(unresolved.map(({ region, reason }) => `${region} ${reason}`)).toEqual([
    'us-east-1 Error: Requested image not found', 'mars-north-1 Error: no registry account is known for this region',
  ]);
});

test.each(['CredentialsProviderError', 'ExpiredTokenException'])('without credentials (%s) nothing is asked further', async (name) => {
  ecr.on(BatchGetImageCommand).rejects(named(name));
  await expect(resolveDigests(table, ['eu-central-1', 'us-east-1'], client)).rejects.toThrow(NoCredentials);
  expect(ecr.commandCalls(BatchGetImageCommand)).toHaveLength(1);
});
