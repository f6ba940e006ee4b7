import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeModelPackageCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { approvalOf } from '../../../lambda/promotion-admit/rules';
import { approvalKey } from '../../../lambda/shared/release/contract';
import { Env, PROJECT_FILE } from '../../../lambda/shared/runtime/contract';
import { handler } from '../../../lambda/starter';
import { StarterEnv } from '../../../lambda/starter/contract';
import type { StarterEvent } from '../../../lambda/starter/table';

const sfn = mockClient(SFNClient);
const sageMaker = mockClient(SageMakerClient);
const dynamoDb = mockClient(DynamoDBClient);
const named = (name: string): Error => Object.assign(new Error(name), { name });

const DIGEST = 'a'.repeat(64);
const ARN = 'arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-people/1';
const approved: StarterEvent = {
  source: 'aws.sagemaker',
  'detail-type': 'SageMaker Model Package State Change',
  time: 't',
  detail: { ModelPackageArn: ARN, LastModifiedTime: 1, MetadataProperties: { GeneratedBy: DIGEST } },
};

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'starter-'));
  writeFileSync(join(folder, PROJECT_FILE), JSON.stringify({ declaration: { name: 'people' } }));
  process.env.LAMBDA_TASK_ROOT = folder;
});

beforeEach(() => {
  [sfn, sageMaker, dynamoDb].forEach((mock) => mock.reset());
  dynamoDb.on(GetItemCommand).resolves({});
  Object.assign(process.env, {
    [StarterEnv.STATE_MACHINE_ARN]: 'arn:machine',
    [StarterEnv.MACHINE]: 'promotion',
    [Env.STATE_TABLE]: 'state',
    [StarterEnv.RELEASE]: JSON.stringify({ commit: 'abc' }),
  });
  sfn.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
  sageMaker.on(DescribeModelPackageCommand).resolves({ ModelApprovalStatus: 'Approved', MetadataProperties: { GeneratedBy: DIGEST } });
});

test('starts the machine with name and input from the event', async () => {
  const result = await handler(approved);
  expect(result).toMatchObject({ started: true, executionArn: 'arn:execution' });
  expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toMatchObject({
    stateMachineArn: 'arn:machine',
    name: result.executionName,
    input: JSON.stringify({ modelPackageArn: ARN, packageDigest: DIGEST }),
  });
});

test('the release of the deployment goes into the input of development', async () => {
  process.env[StarterEnv.MACHINE] = 'development';
  await handler({ cause: 'Manual', id: '1' });
  expect(JSON.parse(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input.input ?? '')).toMatchObject({ release: { commit: 'abc' } });
});

test('an event that is delivered twice is no error', async () => {
  sfn.on(StartExecutionCommand).rejects(named('ExecutionAlreadyExists'));
  expect(await handler(approved)).toMatchObject({ started: false, reason: 'this execution exists already' });
});

test('a package that this account may not read is left to the machine', async () => {
  sageMaker.on(DescribeModelPackageCommand).rejects(named('AccessDeniedException'));
  expect(await handler(approved)).toMatchObject({ started: true });
});

test('any other failure is an error, so that the event is delivered again', async () => {
  sageMaker.on(DescribeModelPackageCommand).rejects(named('ThrottlingException'));
  await expect(handler(approved)).rejects.toThrow('ThrottlingException');
});

describe('a change of an approved package, such as another stage', () => {
  const claim = (Item?: Record<string, { S: string }>) =>
    dynamoDb.on(GetItemCommand, { TableName: 'state', Key: { pk: { S: approvalKey(approvalOf({ ApprovalDescription: 'good' }, DIGEST)) } }, ConsistentRead: true }).resolves({ Item });
  const described = { ModelApprovalStatus: 'Approved' as const, ApprovalDescription: 'good', MetadataProperties: { GeneratedBy: DIGEST } };

  test('starts nothing: the approval was acted on', async () => {
    sageMaker.on(DescribeModelPackageCommand).resolves({ ...described, ModelLifeCycle: { Stage: 'Production', StageStatus: 'serving' } });
    claim({ owner: { S: 'arn:execution:1' } });
    expect(await handler(approved)).toMatchObject({ started: false, reason: expect.stringContaining('arn:execution:1 acted on this approval') });
    expect(sfn.calls()).toEqual([]);
  });

  test('starts the promotion when it comes with another approval description', async () => {
    sageMaker.on(DescribeModelPackageCommand).resolves({ ...described, ApprovalDescription: 'back to it' });
    claim({ owner: { S: 'arn:execution:1' } });
    expect(await handler(approved)).toMatchObject({ started: true });
  });

  test('is tried again when nobody can say whether it was acted on', async () => {
    dynamoDb.on(GetItemCommand).rejects(named('ProvisionedThroughputExceededException'));
    await expect(handler(approved)).rejects.toThrow('ProvisionedThroughput');
    expect(sfn.calls()).toEqual([]);
  });
});
