import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DeadLetterQueue } from '../../../../lib/core/functions/dead-letter-queue';
import { HandlerFunction, type HandlerFunctionProps } from '../../../../lib/core/functions/handler-function';
import { nagFindings, newStack } from '../../../support/app';
import { fixtureProject } from '../../../support/fixtures';
import { statementsOf } from '../../../support/policies';

function make(props: Partial<HandlerFunctionProps> = {}) {
  const stack = newStack();
  new HandlerFunction(stack, 'Handler', { handler: 'starter', description: 'Starts a machine', ...props });
  const template = Template.fromStack(stack);
  const { outdir } = stack.node.root as App;
  const assets = readdirSync(outdir)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => join(outdir, name));
  return { stack, template, assets };
}

test('may write its own log, keep what it failed on, and nothing else', () => {
  const statements = statementsOf(make().template, 'AWS::IAM::ManagedPolicy').filter(({ actions }) => !actions[0].startsWith('xray:'));
  expect(statements.map(({ actions }) => actions)).toEqual([['logs:CreateLogStream', 'logs:PutLogEvents'], ['sqs:SendMessage']]);
  expect(statements[0].resources).toEqual([expect.stringMatching(/HandlerLogs\w+","Arn/)]);
});

test('keeps what it failed on in the queue that it is given, or in the one that a stack has for all others', () => {
  const stack = newStack();
  const own = new DeadLetterQueue(stack, 'Own');
  ['First', 'Second'].forEach((id) => new HandlerFunction(stack, id, { handler: 'starter', description: 'Starts a machine' }));
  new HandlerFunction(stack, 'Third', { handler: 'starter', description: 'Starts a machine', deadLetterQueue: own });
  const template = Template.fromStack(stack);
  const queues = Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => (Properties as { DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': string[] } } }).DeadLetterConfig.TargetArn['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, ''));
  expect(queues).toEqual(['Unanswered', 'Unanswered', 'Own']);
  template.resourceCountIs('AWS::SQS::Queue', 2);
});

test('keeps its log for a year unless told otherwise', () => {
  make().template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
});

test('is published as a version that stays, for executions that run on', () => {
  make().template.hasResource('AWS::Lambda::Version', { DeletionPolicy: 'Retain' });
});

test('has no finding', () => {
  expect(nagFindings(make().stack)).toEqual([]);
});

test('holds the bundled code, and the model project where it belongs to one', () => {
  const { assets } = make({ project: fixtureProject() });
  expect(assets).toHaveLength(1);
  expect(readdirSync(assets[0]).toSorted()).toEqual(['index.js', 'project.json']);
  expect(JSON.parse(readFileSync(join(assets[0], 'project.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(fixtureProject().data)));
});

test('names no path of this machine in the bundle', () => {
  const { assets } = make({ project: fixtureProject() });
  const root = join(__dirname, '..', '..', '..', '..');
  expect(readdirSync(assets[0]).filter((file) => readFileSync(join(assets[0], file), 'utf8').includes(root))).toEqual([]);
});

test('is another asset for another policy of the same model', () => {
  const code = (policyDigest: string): unknown =>
    Object.values(make({ project: { ...fixtureProject().data, policyDigest } }).template.findResources('AWS::Lambda::Function')).map((resource) => resource.Properties.Code.S3Key);
  expect(code('a'.repeat(64))).not.toEqual(code('b'.repeat(64)));
});

test('brings only the clients that it calls', () => {
  const { assets } = make({ handler: 'prediction' });
  const bundle = readFileSync(join(assets[0], 'index.js'), 'utf8');
  expect(bundle).toContain('FirehoseClient');
  expect(bundle).not.toContain('SFNClient');
});

test('takes the settings that it is given', () => {
  make({ functionName: 'dev-employment-development-starter', roleName: 'mlops-dev-employment-development-starter' }).template.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'dev-employment-development-starter',
    Runtime: 'nodejs24.x',
    Timeout: 60,
    MemorySize: 512,
    LoggingConfig: Match.objectLike({}),
  });
});

test('fails for a handler that is not there, naming the file', () => {
  expect(() => make({ handler: 'nobody' })).toThrow('there is no handler lambda/nobody/index.ts; name a folder under lambda/');
});
