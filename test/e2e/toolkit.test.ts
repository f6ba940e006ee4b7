import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as cdkS3 from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DeleteObjectsCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createClient } from '../../local/core/client';
import { rootCredentials } from '../../local/core/keys';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import { Toolkit } from '../../local/deploy/toolkit';
import { ensurePython } from '../../local/setup';

jest.setTimeout(180_000);

const account = '111111111111';
const region = 'eu-central-1';
const credentials = rootCredentials(account);
let folder: string;
let daemon: Daemon;
let toolkit: Toolkit;
const log: string[] = [];

/** A small app: a bucket whose events go to a queue, and a parameter. */
function assembly(name: string, options: { readonly value: string; readonly broken?: boolean; readonly name?: string; readonly without?: 'rule' }): string {
  const app = new App({ outdir: join(folder, name), analyticsReporting: false });
  const stack = new Stack(app, 'Small', { env: { account, region } });
  const bucket = new cdkS3.Bucket(stack, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY, enforceSSL: true, versioned: true });
  (bucket.node.defaultChild as cdkS3.CfnBucket).addPropertyOverride('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', true);
  const queue = new Queue(stack, 'Queue');
  if (options.without !== 'rule') {
    new Rule(stack, 'Rule', {
      ruleName: 'small',
      eventPattern: { source: ['aws.s3'], detailType: ['Object Created'], detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ wildcard: 'in/*/_SUCCESS' }] } } },
      targets: [new SqsQueue(queue)],
    });
  }
  const parameter = new StringParameter(stack, 'Parameter', { parameterName: options.name ?? '/small/value', stringValue: options.value });
  stack.exportValue(bucket.bucketName, { name: 'small-bucket' });
  stack.exportValue(queue.queueUrl, { name: 'small-queue' });
  if (options.broken === true) {
    // The name is taken, so that the update fails half way.
    new CfnResource(stack, 'Taken', { type: 'AWS::S3::Bucket', properties: { BucketName: `cdk-hnb659fds-assets-${account}-${region}` } }).node.addDependency(parameter);
  }
  return app.synth().directory;
}

const outputs = async (): Promise<Record<string, string>> => {
  const { Stacks = [] } = await createClient(CloudFormationClient, { endpoint: daemon.endpoint, region }, credentials).send(new DescribeStacksCommand({ StackName: 'Small' }));
  return Object.fromEntries((Stacks[0]?.Outputs ?? []).map(({ ExportName, OutputValue }) => [ExportName ?? '', OutputValue ?? '']));
};

const parameter = async (Name = '/small/value'): Promise<string | undefined> =>
  (await createClient(SSMClient, { endpoint: daemon.endpoint, region }, credentials).send(new GetParameterCommand({ Name }))).Parameter?.Value;

const rule = async () => createClient(EventBridgeClient, { endpoint: daemon.endpoint, region }, credentials).send(new DescribeRuleCommand({ Name: 'small' }));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toolkit-'));
  const { python } = await ensurePython({ log: (line) => log.push(line) });
  daemon = await startDaemon({ folder, region, timeScale: 600, python, port: 0 });
  toolkit = new Toolkit({ endpoint: daemon.endpoint, region, folder, log: (line) => log.push(line) });
  await toolkit.bootstrap([account]);
});

afterAll(async () => {
  await daemon?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the CDK toolkit on the local AWS', () => {
  test('deploys a stack whose event path works', async () => {
    expect(await toolkit.deploy(assembly('one', { value: 'first' }), ['**'])).toBe(1);
    const { 'small-bucket': Bucket, 'small-queue': QueueUrl } = await outputs();
    const at = { endpoint: daemon.endpoint, region };
    const s3 = createClient(S3Client, at, credentials);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'in/a/data.csv', Body: Buffer.from('x') }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'in/a/_SUCCESS', Body: Buffer.alloc(0) }));
    const { Messages = [] } = await createClient(SQSClient, at, credentials).send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 }));
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? '') as object)).toEqual([
      expect.objectContaining({
        source: 'aws.s3',
        'detail-type': 'Object Created',
        account,
        detail: expect.objectContaining({
          bucket: { name: Bucket },
          object: expect.objectContaining({ key: 'in/a/_SUCCESS', size: 0, 'version-id': expect.any(String), etag: 'd41d8cd98f00b204e9800998ecf8427e' }),
          reason: 'PutObject',
        }),
      }),
    ]);
  });

  test('finds no difference in an unchanged app, and changes nothing', async () => {
    const same = assembly('same', { value: 'first' });
    expect(await toolkit.diff(same, ['**'])).toContain('There were no differences');
    await toolkit.deploy(same, ['**']);
    expect(log.at(-1)).toBe('no change in Small');
  });

  test('tells what would change in a changed app, and updates it', async () => {
    const two = assembly('two', { value: 'second' });
    expect(await toolkit.diff(two, ['**'])).toMatch(/\[~\] AWS::SSM::Parameter Parameter .*\[-\] first.*\[\+\] second/s);
    expect(await parameter()).toBe('first');
    await toolkit.deploy(two, ['**']);
    expect(log.at(-1)).toBe('deployed Small');
    expect(await parameter()).toBe('second');
  });

  test('replaces what cannot be changed, and removes what is no longer there', async () => {
    const moved = assembly('moved', { value: 'second', name: '/small/moved', without: 'rule' });
    expect(await toolkit.diff(moved, ['**'])).toMatch(/\[-\] AWS::Events::Rule Rule\w+ destroy.*\[~\] AWS::SSM::Parameter Parameter .*replace/s);
    await toolkit.deploy(moved, ['**']);
    expect(await parameter('/small/moved')).toBe('second');
    await expect(parameter()).rejects.toMatchObject({ name: 'ParameterNotFound' });
    await expect(rule()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await toolkit.deploy(assembly('back', { value: 'second' }), ['**']);
    expect(await parameter()).toBe('second');
    expect((await rule()).State).toBe('ENABLED');
  });

  test('says which resource failed and why, and puts everything back', async () => {
    await expect(toolkit.deploy(assembly('broken', { value: 'third', broken: true }), ['**'])).rejects.toThrow(/Small.*Taken.*bucket/s);
    expect(await parameter()).toBe('second');
  });

  test('destroys the stack once its bucket is empty, and not before', async () => {
    const { 'small-bucket': Bucket } = await outputs();
    const app = assembly('gone', { value: 'second' });
    await expect(toolkit.destroy(app, ['**'])).rejects.toThrow(/not empty/);
    const s3 = createClient(S3Client, { endpoint: daemon.endpoint, region }, credentials);
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: Versions.map(({ Key, VersionId }) => ({ Key, VersionId })) } }));
    await toolkit.destroy(app, ['**']);
    await expect(outputs()).rejects.toThrow('Stack with id Small does not exist');
  });
});
