import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStateMachineCommand, DescribeExecutionCommand, GetExecutionHistoryCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import * as ssmSdk from '@aws-sdk/client-ssm';
import * as stsSdk from '@aws-sdk/client-sts';
import { createClient } from '../../../local/core/client';
import { createCloud, type Cloud } from '../../../local/core/cloud';
import { rootCredentials } from '../../../local/core/keys';
import { ServiceError, type CallContext } from '../../../local/core/service';
import { createStepFunctionsService } from '../../../local/stepfunctions';

const OWN = '111111111111';
const OTHER = '222222222222';
const ROLE = `arn:aws:iam::${OTHER}:role/reader`;

let cloud: Cloud;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  cloud = await createCloud({ folder, region: 'eu-central-1', timeScale: 600, python: 'python3' });
  cloud.register(createStepFunctionsService(cloud));
  cloud.register({
    name: 'sts', protocol: 'query', sdk: stsSdk,
    operations: {
      AssumeRole: async ({ RoleArn = '', RoleSessionName = '' }: stsSdk.AssumeRoleRequest, { caller }: CallContext) => {
        if (RoleArn !== ROLE) {
          throw new ServiceError('AccessDenied', `User: ${caller.principalArn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`, 403);
        }
        const { credentials } = cloud.keys.issue(RoleArn, RoleSessionName);
        return { Credentials: { AccessKeyId: credentials.accessKeyId, SecretAccessKey: credentials.secretAccessKey, SessionToken: credentials.sessionToken, Expiration: new Date() } };
      },
    },
  });
  cloud.register({
    name: 'ssm', protocol: 'json', sdk: ssmSdk,
    operations: { GetParameter: async (_input: ssmSdk.GetParameterRequest, { caller }: CallContext) => ({ Parameter: { Value: caller.principalArn } }) },
  });
});

afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

async function run(name: string, Credentials: object | undefined): Promise<{ readonly output?: string; readonly error?: string; readonly cause?: string; readonly arn: string }> {
  const states = createClient(SFNClient, cloud, rootCredentials(OWN));
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata', StartAt: 'Read',
    States: { Read: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter', Arguments: { Name: 'p' }, Credentials, Output: '{% $states.result.Parameter.Value %}', End: true } },
  });
  const { stateMachineArn } = await states.send(new CreateStateMachineCommand({ name, definition, roleArn: `arn:aws:iam::${OWN}:role/machine` }));
  const { executionArn = '' } = await states.send(new StartExecutionCommand({ stateMachineArn, name: 'e', input: JSON.stringify({ role: ROLE }) }));
  for (;;) {
    const found = await states.send(new DescribeExecutionCommand({ executionArn }));
    if (found.status !== 'RUNNING') {
      return { ...found, arn: executionArn };
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a task without Credentials acts as the role of the machine', async () => {
  expect((await run('own', undefined)).output).toBe(`"arn:aws:sts::${OWN}:assumed-role/machine/-e"`);
});

test('a task with Credentials acts as a role of another account, and its history tells', async () => {
  const { output, arn } = await run('other', { RoleArn: '{% $states.input.role %}' });
  expect(output).toBe(`"arn:aws:sts::${OTHER}:assumed-role/reader/-e"`);
  const { events = [] } = await createClient(SFNClient, cloud, rootCredentials(OWN)).send(new GetExecutionHistoryCommand({ executionArn: arn }));
  expect(events.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails?.taskCredentials).toEqual({ roleArn: ROLE });
});

test('a role that may not be assumed fails the task', async () => {
  const { error, cause } = await run('denied', { RoleArn: `arn:aws:iam::${OTHER}:role/writer` });
  expect(error).toBe('Ssm.SsmException');
  expect(cause).toContain('is not authorized to perform: sts:AssumeRole');
});
