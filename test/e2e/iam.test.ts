import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, PutMetricAlarmCommand, PutMetricDataCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { AttachRolePolicyCommand, CreatePolicyCommand, CreateRoleCommand, DeleteRolePolicyCommand, IAMClient, PutRolePermissionsBoundaryCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand, DescribeKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { AddPermissionCommand, CreateFunctionCommand, InvokeCommand, LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutBucketEncryptionCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateModelCommand, CreateModelPackageCommand, CreateModelPackageGroupCommand, DescribeModelPackageCommand, DescribeModelPackageGroupCommand, PutModelPackageGroupPolicyCommand, SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient, type AssumeRoleRequest } from '@aws-sdk/client-sts';
import { zipSync } from 'fflate';
import { createClient } from '../../local/core/client';
import { rootCredentials } from '../../local/core/keys';
import type { Credentials } from '../../local/core/service';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import type { AccessReport } from '../../local/iam/report';
import { ensurePython } from '../../local/setup';
import { assumeAsPerson } from '../../local/sts/person';
import { IMAGE, until } from './sagemaker-world';

jest.setTimeout(60_000);

const OWN = '111111111111';
const OTHER = '222222222222';
const REGION = 'eu-central-1';
const BUCKET = 'iam-data';

type Client<C> = Parameters<typeof createClient<C>>[0];

let daemon: Daemon;
let folder: string;
let keyArn: string;

const as = <C>(credentials: Credentials, Client: Client<C>): C => createClient(Client, { endpoint: daemon.endpoint, region: REGION }, credentials);
const root = <C>(Client: Client<C>, account = OWN): C => as(rootCredentials(account), Client);
const roleArn = (name: string, account = OWN): string => `arn:aws:iam::${account}:role/${name}`;
const document = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const account = (id: string): object => ({ AWS: `arn:aws:iam::${id}:root` });

async function role(name: string, statements: readonly object[], { trusted = account(OWN) as object, condition = {}, id = OWN } = {}): Promise<string> {
  const iam = root(IAMClient, id);
  const trust = document({ Effect: 'Allow', Principal: trusted, Action: ['sts:AssumeRole', 'sts:TagSession'], ...condition });
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
  if (statements.length > 0) {
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'work', PolicyDocument: document(...statements) }));
  }
  return roleArn(name, id);
}

async function assume(arn: string, more: Partial<AssumeRoleRequest> = {}, by: Credentials = rootCredentials(OWN)): Promise<Credentials> {
  const { Credentials: issued } = await as(by, STSClient).send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'test', ...more }));
  return { accessKeyId: issued?.AccessKeyId ?? '', secretAccessKey: issued?.SecretAccessKey ?? '', sessionToken: issued?.SessionToken };
}

/** A session of a new role with these statements. */
const session = async (name: string, ...statements: object[]): Promise<Credentials> => assume(await role(name, statements));

const allow = (Action: string | string[], Resource: string | string[] = '*', more: object = {}): object => ({ Effect: 'Allow', Action, Resource, ...more });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iam-'));
  const { python } = await ensurePython({ log: () => undefined });
  daemon = await startDaemon({ folder, region: REGION, timeScale: 600, python, port: 0 });
  const kms = root(KMSClient);
  const Policy = document({ Effect: 'Allow', Principal: account(OWN), Action: 'kms:*', Resource: '*' });
  keyArn = (await kms.send(new CreateKeyCommand({ Policy }))).KeyMetadata?.Arn ?? '';
  const s3 = root(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await s3.send(new PutBucketEncryptionCommand({
    Bucket: BUCKET,
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn } }] },
  }));
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a/one', Body: '1' }));
  await root(SSMClient).send(new PutParameterCommand({ Name: '/iam/value', Value: '1', Type: 'String' }));
}, 60_000);

afterAll(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('identity policies', () => {
  test('allow what they name and nothing else, in the words of AWS', async () => {
    const ssm = as(await session('reader', allow('ssm:GetParameter', `arn:aws:ssm:${REGION}:${OWN}:parameter/iam/value`)), SSMClient);
    expect((await ssm.send(new GetParameterCommand({ Name: '/iam/value' }))).Parameter?.Value).toBe('1');
    await expect(ssm.send(new PutParameterCommand({ Name: '/iam/value', Value: '2', Overwrite: true }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::${OWN}:assumed-role/reader/test is not authorized to perform: ssm:PutParameter on resource: `
        + `arn:aws:ssm:${REGION}:${OWN}:parameter/iam/value because no identity-based policy allows the ssm:PutParameter action`,
    });
  });

  test('count at once when they change', async () => {
    const ssm = as(await session('fickle', allow('ssm:GetParameter')), SSMClient);
    await ssm.send(new GetParameterCommand({ Name: '/iam/value' }));
    await root(IAMClient).send(new DeleteRolePolicyCommand({ RoleName: 'fickle', PolicyName: 'work' }));
    await expect(ssm.send(new GetParameterCommand({ Name: '/iam/value' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await root(IAMClient).send(new AttachRolePolicyCommand({ RoleName: 'fickle', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
    await ssm.send(new GetParameterCommand({ Name: '/iam/value' }));
  });

  test('are limited by a permissions boundary', async () => {
    const ssm = as(await session('bounded', allow('ssm:*')), SSMClient);
    const { Policy } = await root(IAMClient).send(new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument: document(allow('s3:*')) }));
    await root(IAMClient).send(new PutRolePermissionsBoundaryCommand({ RoleName: 'bounded', PermissionsBoundary: Policy?.Arn }));
    await expect(ssm.send(new GetParameterCommand({ Name: '/iam/value' }))).rejects.toThrow('because no permissions boundary allows the ssm:GetParameter action');
  });

  test('are limited by the policy of the session', async () => {
    const arn = await role('narrowed', [allow('ssm:*')]);
    const ssm = as(await assume(arn, { Policy: document(allow('ssm:PutParameter')) }), SSMClient);
    await expect(ssm.send(new GetParameterCommand({ Name: '/iam/value' }))).rejects.toThrow('because no session policy allows the ssm:GetParameter action');
  });

  test('take the tags of the session into their variables', async () => {
    const arn = await role('tagged', [allow('ssm:GetParameter', `arn:aws:ssm:${REGION}:${OWN}:parameter/\${aws:PrincipalTag/team}/*`)]);
    const of = async (team: string): Promise<SSMClient> => as(await assume(arn, { Tags: [{ Key: 'team', Value: team }] }), SSMClient);
    await (await of('iam')).send(new GetParameterCommand({ Name: '/iam/value' }));
    await expect((await of('other')).send(new GetParameterCommand({ Name: '/iam/value' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('see the conditions of the call', async () => {
    const metrics = as(await session('measuring', allow('cloudwatch:PutMetricData', '*', { Condition: { StringEquals: { 'cloudwatch:namespace': 'Mine' } } })), CloudWatchClient);
    const MetricData = [{ MetricName: 'm', Value: 1 }];
    await metrics.send(new PutMetricDataCommand({ Namespace: 'Mine', MetricData }));
    await expect(metrics.send(new PutMetricDataCommand({ Namespace: 'Yours', MetricData }))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('with a condition key that nobody knows fail by name, and are no denial', async () => {
    const ssm = as(await session('odd', allow('ssm:GetParameter', '*', { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } })), SSMClient);
    await expect(ssm.send(new GetParameterCommand({ Name: '/iam/value' }))).rejects.toMatchObject({
      name: 'UnsupportedPolicy', message: expect.stringContaining('inline policy work of role odd: the condition key aws:PrincipalOrgID is not known') as string,
    });
  });

  test('are asked whether a role may be handed to a service', async () => {
    const machineRole = await role('machine', [], { trusted: { Service: 'states.amazonaws.com' } });
    const input = { name: 'passing', roleArn: machineRole, definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'End', States: { End: { Type: 'Succeed' } } }) };
    const without = as(await session('maker', allow('states:CreateStateMachine')), SFNClient);
    await expect(without.send(new CreateStateMachineCommand(input))).rejects.toThrow(`iam:PassRole on resource: ${machineRole}`);
    const passes = (service: string): object => allow('iam:PassRole', machineRole, { Condition: { StringEquals: { 'iam:PassedToService': `${service}.amazonaws.com` } } });
    const wrong = as(await session('wrong-passer', allow('states:CreateStateMachine'), passes('lambda')), SFNClient);
    await expect(wrong.send(new CreateStateMachineCommand(input))).rejects.toThrow('iam:PassRole');
    const right = as(await session('passer', allow('states:CreateStateMachine'), passes('states')), SFNClient);
    await right.send(new CreateStateMachineCommand(input));
  });

  test('that allow everything do not allow what the local AWS has no table for', async () => {
    const iam = as(await session('admin', allow('*')), IAMClient);
    await expect(iam.send(new CreatePolicyCommand({ PolicyName: 'fine', PolicyDocument: document(allow('s3:*')) }))).resolves.toBeDefined();
    const { GetAccountSummaryCommand } = await import('@aws-sdk/client-iam');
    await expect(iam.send(new GetAccountSummaryCommand({}))).rejects.toThrow('does not know which permissions iam:GetAccountSummary needs');
  });

  test('are not asked for the caller identity', async () => {
    const { Arn } = await as(await session('nobody'), STSClient).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${OWN}:assumed-role/nobody/test`);
  });
});

describe('objects', () => {
  const objects = [allow(['s3:GetObject', 's3:PutObject'], `arn:aws:s3:::${BUCKET}/a/*`)];

  test('of an encrypted bucket take the key as well', async () => {
    const s3 = as(await session('keyless', ...objects), S3Client);
    await expect(s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/one' }))).rejects.toThrow(`kms:Decrypt on resource: ${keyArn}`);
    await expect(s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a/two', Body: '2' }))).rejects.toThrow('kms:GenerateDataKey');
    const through = { Condition: { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } } };
    const keyed = as(await session('keyed', ...objects, allow(['kms:Decrypt', 'kms:GenerateDataKey'], keyArn, through)), S3Client);
    await keyed.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a/two', Body: '2' }));
    expect(await (await keyed.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/two' }))).Body?.transformToString()).toBe('2');
  });

  test('that are missing look forbidden to whoever may not list the bucket', async () => {
    const missing = new GetObjectCommand({ Bucket: BUCKET, Key: 'a/missing' });
    const key = allow('kms:*', keyArn);
    await expect(as(await session('blind', ...objects, key), S3Client).send(missing)).rejects.toMatchObject({ name: 'AccessDenied' });
    const some = allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`, { Condition: { StringLike: { 's3:prefix': 'a/*' } } });
    await expect(as(await session('short-sighted', ...objects, key, some), S3Client).send(missing)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(as(await session('seeing', ...objects, key, allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`)), S3Client).send(missing)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('are listed below the allowed prefix only', async () => {
    const some = allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`, { Condition: { StringLike: { 's3:prefix': 'a/*' } } });
    const s3 = as(await session('lister', some), S3Client);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'a/' }))).KeyCount).toBeGreaterThan(0);
    await expect(s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'b/' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: BUCKET }))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('are kept from roles that the bucket denies, whatever else allows', async () => {
    const s3 = as(await session('denied', allow('*')), S3Client);
    await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/one' }));
    const Policy = document({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${BUCKET}/*`, Condition: { ArnEquals: { 'aws:PrincipalArn': roleArn('denied') } } });
    await root(S3Client).send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    await expect(s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/one' }))).rejects.toThrow('with an explicit deny in a resource-based policy');
  });

  test('of another account need the identity, the bucket and the key', async () => {
    const key = allow('kms:Decrypt', `arn:aws:kms:${REGION}:${OWN}:key/*`, { Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/iam-data' } } });
    const visitor = await role('visitor', [allow('s3:GetObject', `arn:aws:s3:::${BUCKET}/a/*`), key], { id: OTHER, trusted: account(OTHER) });
    const s3 = as(await assume(visitor, {}, rootCredentials(OTHER)), S3Client);
    const get = new GetObjectCommand({ Bucket: BUCKET, Key: 'a/one' });
    await expect(s3.send(get)).rejects.toThrow('because no resource-based policy allows the s3:GetObject action');
    const Policy = document({ Effect: 'Allow', Principal: account(OTHER), Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/a/*` });
    await root(S3Client).send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    await expect(s3.send(get)).rejects.toThrow('kms:Decrypt');
    await root(KMSClient).send(new CreateAliasCommand({ AliasName: 'alias/iam-data', TargetKeyId: keyArn }));
    await expect(s3.send(get)).rejects.toThrow('because no resource-based policy allows the kms:Decrypt action');
    const { PutKeyPolicyCommand } = await import('@aws-sdk/client-kms');
    await root(KMSClient).send(new PutKeyPolicyCommand({
      KeyId: keyArn, PolicyName: 'default',
      Policy: document(
        { Effect: 'Allow', Principal: account(OWN), Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt', Resource: '*', Condition: { StringEquals: { 'kms:CallerAccount': OTHER, 'kms:ViaService': `s3.${REGION}.amazonaws.com` } } },
      ),
    }));
    expect(await (await s3.send(get)).Body?.transformToString()).toBe('1');
  });
});

describe('keys', () => {
  test('that do not name the account are no use to its policies', async () => {
    const signer = await role('signer', [allow('kms:*')]);
    const other = as(await session('other-signer', allow('kms:*')), KMSClient);
    const Policy = document({ Effect: 'Allow', Principal: { AWS: signer }, Action: ['kms:Sign', 'kms:DescribeKey'], Resource: '*' });
    const { KeyMetadata } = await root(KMSClient).send(new CreateKeyCommand({ Policy, KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_NIST_P256' }));
    await root(KMSClient).send(new CreateAliasCommand({ AliasName: 'alias/signing', TargetKeyId: KeyMetadata?.KeyId }));
    const sign = new SignCommand({ KeyId: 'alias/signing', Message: Buffer.from('verdict'), SigningAlgorithm: 'ECDSA_SHA_256' });
    expect((await as(await assume(signer), KMSClient).send(sign)).Signature).toBeDefined();
    await expect(other.send(sign)).rejects.toThrow('because no resource-based policy allows the kms:Sign action');
    await expect(other.send(new DescribeKeyCommand({ KeyId: 'alias/signing' }))).rejects.toThrow(`on resource: ${KeyMetadata?.Arn}`);
  });
});

describe('keys that services use', () => {
  const keyFor = async (...statements: object[]): Promise<string> =>
    (await root(KMSClient).send(new CreateKeyCommand({ Policy: document({ Effect: 'Allow', Principal: account(OWN), Action: 'kms:*', Resource: '*' }, ...statements) }))).KeyMetadata?.Arn ?? '';

  test('of a topic must let in who publishes, through SNS', async () => {
    const KmsMasterKeyId = await keyFor();
    const { TopicArn } = await root(SNSClient).send(new CreateTopicCommand({ Name: 'encrypted', Attributes: { KmsMasterKeyId } }));
    const publish = new PublishCommand({ TopicArn, Message: 'm' });
    await expect(as(await session('keyless-publisher', allow('sns:Publish')), SNSClient).send(publish)).rejects.toThrow(`kms:GenerateDataKey on resource: ${KmsMasterKeyId}`);
    const through = { Condition: { StringEquals: { 'kms:ViaService': `sns.${REGION}.amazonaws.com` } } };
    await as(await session('publisher', allow('sns:Publish'), allow(['kms:GenerateDataKey*', 'kms:Decrypt'], KmsMasterKeyId, through)), SNSClient).send(publish);
  });

  test('of a queue must let in who sends and who receives', async () => {
    const { QueueUrl } = await root(SQSClient).send(new CreateQueueCommand({ QueueName: 'encrypted', Attributes: { KmsMasterKeyId: await keyFor() } }));
    const send = new SendMessageCommand({ QueueUrl, MessageBody: 'm' });
    await expect(as(await session('keyless-sender', allow('sqs:*')), SQSClient).send(send)).rejects.toThrow('kms:GenerateDataKey');
    const sender = as(await session('sender', allow('sqs:*'), allow('kms:GenerateDataKey'), allow('kms:Decrypt')), SQSClient);
    await sender.send(send);
    expect((await sender.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toHaveLength(1);
    await expect(as(await session('keyless-receiver', allow('sqs:*')), SQSClient).send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toThrow('kms:Decrypt');
  });

  test('of a topic to which an alarm speaks must let in CloudWatch', async () => {
    const speak = async (name: string, ...statements: object[]): Promise<string[]> => {
      const Policy = document({ Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish', Resource: '*' });
      const { TopicArn = '' } = await root(SNSClient).send(new CreateTopicCommand({ Name: name, Attributes: { KmsMasterKeyId: await keyFor(...statements), Policy } }));
      const cloudwatch = root(CloudWatchClient);
      await cloudwatch.send(new PutMetricAlarmCommand({
        AlarmName: name, AlarmActions: [TopicArn], Namespace: 'n', MetricName: 'm', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold',
      }));
      await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: 'ALARM', StateReason: 'a test' }));
      return until('the call of the alarm', async () => {
        const lines = readFileSync(join(folder, 'calls.log'), 'utf8').split('\n').filter((line) => line.includes('cloudwatch.amazonaws.com sns Publish'));
        return lines.length > 0 ? lines : undefined;
      });
    };
    expect((await speak('mute'))[0]).toContain('kms:GenerateDataKey');
    await speak('heard', { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: '*', Condition: { StringEquals: { 'aws:SourceAccount': OWN } } });
    await until('the message', async () => (/cloudwatch\.amazonaws\.com sns Publish \d+ms ok/.test(readFileSync(join(folder, 'calls.log'), 'utf8')) ? true : undefined));
  });

  test('of a log group must let in CloudWatch Logs', async () => {
    const create = (logGroupName: string, kmsKeyId: string) => root(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName, kmsKeyId }));
    await expect(create('/iam/closed', await keyFor())).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await create('/iam/open', await keyFor({
      Effect: 'Allow', Principal: { Service: `logs.${REGION}.amazonaws.com` }, Action: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'], Resource: '*',
      Condition: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:${OWN}:log-group:/iam/open` } },
    }));
  });
});

describe('trust', () => {
  test('of another account lets in whom both sides allow', async () => {
    const target = await role('target', [allow('ssm:GetParameter')], { trusted: account(OTHER) });
    const without = await assume(await role('chain-without', [], { id: OTHER, trusted: account(OTHER) }), {}, rootCredentials(OTHER));
    await expect(assume(target, {}, without)).rejects.toThrow('because no identity-based policy allows the sts:AssumeRole action');
    const withIt = await assume(await role('chain', [allow('sts:AssumeRole', target)], { id: OTHER, trusted: account(OTHER) }), {}, rootCredentials(OTHER));
    await as(await assume(target, {}, withIt), SSMClient).send(new GetParameterCommand({ Name: '/iam/value' }));
    await expect(assume(target)).rejects.toThrow('because no role trust policy allows the sts:AssumeRole action');
    await expect(assume(target, { DurationSeconds: 7200 }, withIt)).rejects.toThrow(/MaxSessionDuration|1 hour/);
  });

  test('may ask for an external id, or for its absence', async () => {
    const withId = await role('external', [], { condition: { Condition: { StringEquals: { 'sts:ExternalId': 'shared' } } } });
    await expect(assume(withId)).rejects.toMatchObject({ name: 'AccessDenied' });
    await assume(withId, { ExternalId: 'shared' });
    const withoutId = await role('no-external', [], { condition: { Condition: { Null: { 'sts:ExternalId': 'true' } } } });
    await assume(withoutId);
    await expect(assume(withoutId, { ExternalId: 'shared' })).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('may ask for a second factor, which any device with six digits is', async () => {
    const arn = await role('guarded', [], { condition: { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } } });
    await expect(assume(arn)).rejects.toMatchObject({ name: 'AccessDenied' });
    await assume(arn, { SerialNumber: `arn:aws:iam::${OWN}:mfa/somebody`, TokenCode: '123456' });
    // A person shows it where it is asked for, and there alone.
    await assumeAsPerson(root(STSClient), arn, 'somebody');
    const unguarded = await role('unguarded', [allow('ssm:GetParameter', '*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })]);
    const issued = await assumeAsPerson(root(STSClient), unguarded, 'somebody');
    const ssm = as({ accessKeyId: issued.AccessKeyId ?? '', secretAccessKey: 'x' }, SSMClient);
    await expect(ssm.send(new GetParameterCommand({ Name: '/iam/value' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('of a service is needed to give it the role', async () => {
    const arn = await role('not-for-lambda', [allow('*')], { trusted: { Service: 'ec2.amazonaws.com' } });
    const create = new CreateFunctionCommand({ FunctionName: 'untrusted', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: arn, Code: { ZipFile: zipSync({ 'index.js': Buffer.from('') }) } });
    await expect(root(LambdaClient).send(create)).rejects.toThrow('cannot be assumed by Lambda');
  });

  test('of a role that does not exist is nobody\'s', async () => {
    await expect(assume(roleArn('missing'))).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('functions', () => {
  const trusted = { Service: 'lambda.amazonaws.com' };

  test('are made of an object that their maker may read', async () => {
    await root(S3Client).send(new CreateBucketCommand({ Bucket: 'iam-code', CreateBucketConfiguration: { LocationConstraint: REGION } }));
    await root(S3Client).send(new PutObjectCommand({ Bucket: 'iam-code', Key: 'code.zip', Body: zipSync({ 'index.js': Buffer.from('exports.handler = async () => 1;') }) }));
    const Role = await role('from-object', [], { trusted });
    const create = new CreateFunctionCommand({ FunctionName: 'from-object', Runtime: 'nodejs24.x', Handler: 'index.handler', Role, Code: { S3Bucket: 'iam-code', S3Key: 'code.zip' } });
    const maker = [allow('lambda:*'), allow('iam:PassRole')];
    await expect(as(await session('blind-maker', ...maker), LambdaClient).send(create)).rejects.toThrow('permission to GetObject for iam-code/code.zip');
    await as(await session('sighted-maker', ...maker, allow('s3:GetObject', 'arn:aws:s3:::iam-code/*')), LambdaClient).send(create);
  });

  beforeAll(async () => {
    const arn = await role('function', [allow('ssm:PutParameter')], { trusted });
    const code = `const { SSMClient, PutParameterCommand } = require(${JSON.stringify(require.resolve('@aws-sdk/client-ssm'))});
      exports.handler = async () => { await new SSMClient({}).send(new PutParameterCommand({ Name: 'called', Value: '1', Type: 'String', Overwrite: true })); };`;
    await root(LambdaClient).send(new CreateFunctionCommand({
      FunctionName: 'marker', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: arn, Timeout: 20, Code: { ZipFile: zipSync({ 'index.js': Buffer.from(code) }) },    }));
  });

  test('are called by whom the identity allows, with the qualifier that it names', async () => {
    const arn = `arn:aws:lambda:${REGION}:${OWN}:function:marker`;
    const lambda = as(await session('qualified', allow('lambda:InvokeFunction', `${arn}:*`)), LambdaClient);
    await expect(lambda.send(new InvokeCommand({ FunctionName: arn, InvocationType: 'DryRun' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await lambda.send(new InvokeCommand({ FunctionName: `${arn}:$LATEST`, InvocationType: 'DryRun' }));
  });

  test('are called by a rule only while their own policy names it', async () => {
    const events = root(EventBridgeClient);
    const lambda = root(LambdaClient);
    const { RuleArn } = await events.send(new PutRuleCommand({ Name: 'marks', EventPattern: JSON.stringify({ source: ['iam.test'] }) }));
    const permit = async (SourceArn: string | undefined, StatementId: string): Promise<unknown> =>
      lambda.send(new AddPermissionCommand({ FunctionName: 'marker', StatementId, Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', SourceArn }));
    await events.send(new PutTargetsCommand({ Rule: 'marks', Targets: [{ Id: '1', Arn: `arn:aws:lambda:${REGION}:${OWN}:function:marker` }] }));
    const put = async (): Promise<unknown> => events.send(new PutEventsCommand({ Entries: [{ Source: 'iam.test', DetailType: 't', Detail: '{}' }] }));
    const refused = (): number => readFileSync(join(folder, 'local.log'), 'utf8').split('gave up on arn:aws:lambda').length - 1;
    await put();
    await until('the first refusal', async () => (refused() === 1 ? true : undefined));
    await permit(`${RuleArn}-2`, 'another-rule');
    await put();
    await until('the refusal of another rule', async () => (refused() === 2 ? true : undefined));
    await lambda.send(new RemovePermissionCommand({ FunctionName: 'marker', StatementId: 'another-rule' }));
    await permit(RuleArn, 'this-rule');
    await put();
    await until('the function to run', async () =>
      root(SSMClient).send(new GetParameterCommand({ Name: 'called' })).then(() => true, () => undefined));
    expect(refused()).toBe(2);
  });
});

test('a model package group lets another account in by its policy, to see its packages and to deploy them', async () => {
  const sagemaker = root(SageMakerClient);
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'shared' }));
  await root(S3Client).send(new CreateBucketCommand({ Bucket: 'iam-models', CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await root(S3Client).send(new PutObjectCommand({ Bucket: 'iam-models', Key: 'model.tar.gz', Body: 'model' }));
  await root(S3Client).send(new PutBucketPolicyCommand({ Bucket: 'iam-models', Policy: document({ Effect: 'Allow', Principal: account(OTHER), Action: 's3:GetObject', Resource: 'arn:aws:s3:::iam-models/*' }) }));
  const { ModelPackageArn = '' } = await sagemaker.send(new CreateModelPackageCommand({
    ModelPackageGroupName: 'shared',
    InferenceSpecification: { Containers: [{ Image: IMAGE, ModelDataUrl: 's3://iam-models/model.tar.gz' }], SupportedContentTypes: ['text/csv'], SupportedResponseMIMETypes: ['text/csv'] },
  }));
  const serving = await role('serving', [allow('s3:GetObject', 'arn:aws:s3:::iam-models/*')], { id: OTHER, trusted: { Service: 'sagemaker.amazonaws.com' } });
  const reading = [allow(['sagemaker:DescribeModelPackageGroup', 'sagemaker:DescribeModelPackage', 'sagemaker:CreateModel']), allow('iam:PassRole', serving)];
  const other = as(await assume(await role('group-reader', reading, { id: OTHER, trusted: account(OTHER) }), {}, rootCredentials(OTHER)), SageMakerClient);
  const group = `arn:aws:sagemaker:${REGION}:${OWN}:model-package-group/shared`;
  const calls = () => [
    other.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: group })),
    other.send(new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn })),
    other.send(new CreateModelCommand({ ModelName: 'borrowed', ExecutionRoleArn: serving, Containers: [{ ModelPackageName: ModelPackageArn }] })),
  ];
  for (const refused of await Promise.allSettled(calls())) {
    expect(refused).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/because no resource-based policy allows the sagemaker:\w+ action/) as string } });
  }
  const shared = (Resource: string, ...Action: string[]): object => ({ Effect: 'Allow', Principal: account(OTHER), Action, Resource });
  const ResourcePolicy = document(
    shared(group, 'sagemaker:DescribeModelPackageGroup'),
    shared(`arn:aws:sagemaker:${REGION}:${OWN}:model-package/shared/*`, 'sagemaker:DescribeModelPackage', 'sagemaker:CreateModel'),
  );
  await sagemaker.send(new PutModelPackageGroupPolicyCommand({ ModelPackageGroupName: 'shared', ResourcePolicy }));
  expect(await Promise.all(calls())).toMatchObject([{ ModelPackageGroupName: 'shared' }, { ModelPackageVersion: 1 }, { ModelArn: `arn:aws:sagemaker:${REGION}:${OTHER}:model/borrowed` }]);
});

test('the account of what each role may do and did', async () => {
  const answer = await fetch(`${daemon.endpoint}/_local/access`);
  const { roles } = await answer.json() as AccessReport;
  const of = (name: string) => roles.find((one) => one.name === name);
  expect(of('reader')).toMatchObject({ used: { 'ssm:GetParameter': 1 }, unused: [], wildcards: [] });
  expect(of('reader')?.refused).toMatchObject([{ action: 'ssm:PutParameter', times: 1, reason: 'because no identity-based policy allows the ssm:PutParameter action' }]);
  expect(of('nobody')).toMatchObject({ used: {}, unused: [] });
  expect(of('keyed')?.used).toMatchObject({ 's3:PutObject': 1, 'kms:GenerateDataKey': 1 });
  expect(of('chain-without')).toMatchObject({ account: OTHER });
  expect(of('admin')?.wildcards).toMatchObject([{ action: '*', resources: ['*'], policy: 'inline policy work of role admin' }]);
});
