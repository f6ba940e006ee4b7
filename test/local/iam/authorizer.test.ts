import type { CheckedS3Call } from '../../../local/core/dispatch/access';
import type { Caller } from '../../../local/core/service';
import { Authorizer } from '../../../local/iam/authorizer';
import { compilePolicy, type Policy } from '../../../local/iam/policy/document';
import type { Sources } from '../../../local/iam/sides';
import type { Encryption } from '../../../local/iam/sources/buckets';

const OWN = '333333333333';
const OTHER = '111111111111';
const REGION = 'eu-central-1';
const ROLE = `arn:aws:iam::${OWN}:role/worker`;
const KEY = `arn:aws:kms:${REGION}:${OWN}:key/1`;

const document = (name: string, kind: 'identity' | 'resource', ...Statement: object[]): Policy => compilePolicy({ Version: '2012-10-17', Statement }, name, kind);
const allow = (Action: string | string[], Resource: string | string[] = '*', more: object = {}): object => ({ Effect: 'Allow', Action, Resource, ...more });

interface World {
  readonly identity?: readonly object[];
  readonly bucketPolicy?: readonly object[];
  readonly keyPolicy?: readonly object[];
  readonly encryption?: Encryption;
  readonly resourcePolicies?: Readonly<Record<string, readonly object[]>>;
  readonly trusted?: string;
  readonly boundaryArn?: string;
  /** Of topics and queues. */
  readonly messageEncryption?: Encryption;
  /** Of every version in the registry. */
}

/** An authorizer over policies that stand here instead of in services. */
function authorizer({ identity = [], bucketPolicy, keyPolicy, encryption = 'none', resourcePolicies = {}, trusted = 'lambda.amazonaws.com', boundaryArn, messageEncryption = 'none' }: World = {}) {
  const logged: string[] = [];
  const changes: string[] = [];
  const role = {
    arn: ROLE,
    trust: document('trust', 'resource', { Effect: 'Allow', Principal: { Service: trusted }, Action: 'sts:AssumeRole' }),
    identity: identity.length === 0 ? [] : [document('inline policy work', 'identity', ...identity)],
    tags: { team: 'ml' },
  };
  const sources: Sources = {
    roles: {
      of: async (arn) => (arn === ROLE ? role : undefined),
      boundaryOf: async (account, name) => (account === OWN && name === 'bounded' ? boundaryArn : undefined),
      list: async () => [ROLE],
      changed: (operation, _account, name) => void changes.push(`${operation} ${name}`),
    },
    keys: {
      keyArn: async (arn) => (arn.endsWith('alias/mine') ? KEY : arn),
      policyOf: async () => (keyPolicy === undefined ? undefined : document('key', 'resource', ...keyPolicy)),
      aliasesOfKey: async () => ['alias/mine'],
      changed: (operation) => void changes.push(operation),
    },
    buckets: {
      ownerOf: (bucket) => (bucket === 'theirs' ? OTHER : OWN),
      policyOf: () => (bucketPolicy === undefined ? undefined : document('bucket', 'resource', ...bucketPolicy)),
      encryptionOf: async () => encryption,
      changed: (bucket) => void changes.push(bucket),
    },
    resources: {
      policyOf: async (arn) => (resourcePolicies[arn] === undefined ? undefined : document(arn, 'resource', ...resourcePolicies[arn])),
      encryptionOf: async () => messageEncryption,
      changed: (service, operation) => void changes.push(`${service}:${operation}`),
    },
  };
  const cloud = { endpoint: 'http://127.0.0.1:9', region: REGION, buckets: { ownerOf: () => OWN, policyOf: () => undefined }, log: (_service: string, text: string) => void logged.push(text) };
  return { access: new Authorizer(cloud, sources), logged, changes };
}

const worker: Caller = { accountId: OWN, principalArn: `arn:aws:sts::${OWN}:assumed-role/worker/s`, roleArn: ROLE, accessKeyId: 'ASIA1' };
const root = (accountId = OWN): Caller => ({ accountId, principalArn: `arn:aws:iam::${accountId}:root`, accessKeyId: 'AKIA1' });
const rule: Caller = {
  accountId: OWN, principalArn: 'events.amazonaws.com', accessKeyId: 'ASIA2',
  service: { name: 'events.amazonaws.com', sourceAccount: OWN, sourceArn: `arn:aws:events:${REGION}:${OWN}:rule/r` },
};

const call = (service: string, operation: string, input: Readonly<Record<string, unknown>>, caller = worker) => ({ caller, region: REGION, service, operation, input });
const s3 = (method: string, path: string, caller = worker, headers: Readonly<Record<string, string>> = {}): CheckedS3Call => {
  const [full = '', query = ''] = path.split('?');
  const [bucket = '', ...key] = full.split('/');
  return { caller, region: REGION, method, target: { bucket, key: key.join('/'), query: new URLSearchParams(query) }, headers };
};

describe('a role', () => {
  test('may do what its policy allows, and that is noted', async () => {
    const { access } = authorizer({ identity: [allow('ssm:GetParameter', `arn:aws:ssm:${REGION}:${OWN}:parameter/*`)] });
    await access.check(call('ssm', 'GetParameter', { Name: '/a' }));
    await access.check(call('ssm', 'GetParameter', { Name: '/b' }));
    expect([...access.usage.calls(ROLE)]).toEqual([['ssm:GetParameter', 2]]);
    expect(access.usage.used(ROLE, 'ssm:GetParameter', `arn:aws:ssm:${REGION}:${OWN}:parameter/*`)).toBe(true);
  });

  test.each<readonly [string, string, object, string, number]>([
    ['ssm', 'GetParameter', { Name: '/a' }, 'AccessDeniedException', 400],
    ['lambda', 'Invoke', { FunctionName: 'f' }, 'AccessDeniedException', 403],
    ['sns', 'Publish', { TopicArn: `arn:aws:sns:${REGION}:${OWN}:t` }, 'AuthorizationError', 403],
    ['ec2', 'CreateVpc', {}, 'UnauthorizedOperation', 403],
    ['cloudformation', 'DescribeStacks', { StackName: 's' }, 'AccessDenied', 403],
  ])('is refused as %s refuses', async (service, operation, input, code, status) => {
    const { access, logged } = authorizer();
    await expect(access.check(call(service, operation, input as Record<string, unknown>))).rejects.toMatchObject({ code, status });
    expect(logged[0]).toContain(`User: ${worker.principalArn} is not authorized to perform: `);
    expect(access.usage.refusals(ROLE)).toHaveLength(1);
  });

  test('needs all that a call needs', async () => {
    const { access } = authorizer({ identity: [allow('sagemaker:CreateModel')] });
    const input = { ModelName: 'm', ExecutionRoleArn: `arn:aws:iam::${OWN}:role/model` };
    await expect(access.check(call('sagemaker', 'CreateModel', input))).rejects.toThrow('iam:PassRole');
  });

  test('may not call what is in no table', async () => {
    await expect(authorizer({ identity: [allow('*')] }).access.check(call('glue', 'GetJob', {}))).rejects.toMatchObject({ code: 'UnsupportedOperation', status: 501 });
    await expect(authorizer({ identity: [allow('*')] }).access.checkS3(s3('GET', 'b?inventory'))).rejects.toMatchObject({ code: 'UnsupportedOperation', status: 501 });
  });

  test('that does not exist may do nothing', async () => {
    const gone = { ...worker, roleArn: `arn:aws:iam::${OWN}:role/gone` };
    await expect(authorizer().access.check(call('ssm', 'GetParameter', { Name: 'a' }, gone))).rejects.toMatchObject({ code: 'InvalidClientTokenId' });
  });

  test('must trust the service that made its session', async () => {
    const by = (name: string): Caller => ({ ...worker, service: { name, sourceAccount: OWN } });
    const { access } = authorizer({ identity: [allow('*')] });
    await access.check(call('ssm', 'GetParameter', { Name: 'a' }, by('lambda.amazonaws.com')));
    await expect(access.check(call('ssm', 'GetParameter', { Name: 'a' }, by('states.amazonaws.com')))).rejects.toThrow('because no role trust policy allows the sts:AssumeRole action');
    await expect(access.require(by('states.amazonaws.com'), [])).rejects.toThrow('role trust policy');
  });

  test('carries its tags into policy variables', async () => {
    const { access } = authorizer({ identity: [allow('ssm:GetParameter', `arn:aws:ssm:${REGION}:${OWN}:parameter/\${aws:PrincipalTag/team}/*`)] });
    await access.check(call('ssm', 'GetParameter', { Name: '/ml/a' }));
    await expect(access.check(call('ssm', 'GetParameter', { Name: '/hr/a' }))).rejects.toThrow('identity-based policy');
  });

  test('with a policy that is not understood gets an error that is no denial', async () => {
    const { access } = authorizer({ identity: [allow('ssm:*', '*', { Condition: { StringEquals: { 'aws:Weather': 'sunny' } } })] });
    await expect(access.check(call('ssm', 'GetParameter', { Name: 'a' }))).rejects.toMatchObject({ code: 'UnsupportedPolicy', status: 501 });
  });
});

describe('a role that may change stages of versions', () => {
  const version = `arn:aws:sagemaker:${REGION}:${OWN}:model-package/g/1`;
  const update = (more: object) => call('sagemaker', 'UpdateModelPackage', { ModelPackageArn: version, ...more });
  const stages = allow('sagemaker:UpdateModelPackage', version, {
    Condition: { StringEquals: { 'sagemaker:ModelLifeCycle:stage': ['Production', 'Retired'] }, Null: { 'sagemaker:ModelApprovalStatus': 'true' } },
  });

  test('may set the stages that its policy names', async () => {
    await expect(authorizer({ identity: [stages] }).access.check(update({ ModelLifeCycle: { Stage: 'Retired', StageStatus: 'superseded' } }))).resolves.toBeUndefined();
  });

  test.each([
    ['another stage', { ModelLifeCycle: { Stage: 'Archived', StageStatus: 'expired' } }],
    ['a stage and an approval with it', { ModelLifeCycle: { Stage: 'Production', StageStatus: 'serving' }, ModelApprovalStatus: 'Approved' }],
    ['metadata alone', { CustomerMetadataProperties: { a: '1' } }],
  ])('may not set %s', async (_name, more) => {
    await expect(authorizer({ identity: [stages] }).access.check(update(more))).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });
});

describe('the root of an account', () => {
  test('may do everything in its account, also what is in no table', async () => {
    const { access } = authorizer({ keyPolicy: [], bucketPolicy: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }] });
    await expect(access.check(call('ssm', 'GetParameter', { Name: 'a' }, root()))).resolves.toBeUndefined();
    await expect(access.check(call('glue', 'GetJob', {}, root()))).resolves.toBeUndefined();
    await expect(access.checkS3(s3('GET', 'mine/a', root()))).resolves.toBeUndefined();
  });

  test('is let into another account by its resources alone', async () => {
    const closed = authorizer();
    await expect(closed.access.checkS3(s3('GET', 'theirs/a', root()))).rejects.toThrow('because no resource-based policy allows the s3:GetObject action');
    const open = authorizer({ bucketPolicy: [{ Effect: 'Allow', Principal: { AWS: OWN }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::theirs/*' }] });
    await open.access.checkS3(s3('GET', 'theirs/a', root()));
  });

  test('must be trusted by a role like everybody else', async () => {
    await expect(authorizer().access.check(call('sts', 'AssumeRole', { RoleArn: ROLE }, root()))).rejects.toThrow('because no role trust policy allows');
  });
});

describe('a service without a role', () => {
  const fn = `arn:aws:lambda:${REGION}:${OWN}:function:f`;
  const invoke = call('lambda', 'Invoke', { FunctionName: fn }, rule);
  const permitting = (sourceArn: string) => ({
    resourcePolicies: { [fn]: [allow('lambda:InvokeFunction', fn, { Principal: { Service: 'events.amazonaws.com' }, Condition: { ArnLike: { 'AWS:SourceArn': sourceArn } } })] },
  });

  test('is let in by the policy of the function, for its rule', async () => {
    await expect(authorizer(permitting(`arn:aws:events:${REGION}:${OWN}:rule/r`)).access.check(invoke)).resolves.toBeUndefined();
  });

  test('is not let in for another rule, nor without a policy', async () => {
    await expect(authorizer(permitting(`arn:aws:events:${REGION}:${OWN}:rule/other`)).access.check(invoke)).rejects.toThrow('User: events.amazonaws.com is not authorized');
    await expect(authorizer().access.check(invoke)).rejects.toThrow('because no resource-based policy allows the lambda:InvokeFunction action');
  });
});

describe('encrypted objects', () => {
  const objects = allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::mine/*');
  const encryption: Encryption = { keyArn: KEY };
  const delegating = { Effect: 'Allow', Principal: { AWS: OWN }, Action: 'kms:*', Resource: '*' };

  test('take the key through S3', async () => {
    const through = { Condition: { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` }, 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/mine' } } };
    const { access } = authorizer({ identity: [objects, allow('kms:Decrypt', KEY, through)], encryption, keyPolicy: [delegating] });
    await access.checkS3(s3('GET', 'mine/a'));
    await expect(access.checkS3(s3('PUT', 'mine/a'))).rejects.toThrow(`kms:GenerateDataKey on resource: ${KEY}`);
    await expect(access.check(call('kms', 'Decrypt', { KeyId: KEY }))).rejects.toThrow('kms:Decrypt');
  });

  test('of a key that AWS holds are for its account alone', async () => {
    const { access } = authorizer({ identity: [allow('s3:*')], encryption: 'aws', bucketPolicy: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }] });
    await access.checkS3(s3('GET', 'mine/a'));
    await expect(access.checkS3(s3('GET', 'theirs/a'))).rejects.toThrow('alias/aws/s3');
  });

  test('may name another key', async () => {
    const { access } = authorizer({ identity: [objects], encryption: 'none', keyPolicy: [delegating] });
    await access.checkS3(s3('PUT', 'mine/a'));
    await expect(access.checkS3(s3('PUT', 'mine/a', worker, { 'x-amz-server-side-encryption-aws-kms-key-id': 'alias/mine' }))).rejects.toThrow(`kms:GenerateDataKey on resource: ${KEY}`);
  });
});

test.each<readonly [string, object[], boolean]>([
  ['nothing may be listed', [], true],
  ['some prefix may be listed', [allow('s3:ListBucket', 'arn:aws:s3:::mine', { Condition: { StringLike: { 's3:prefix': 'a/*' } } })], true],
  ['everything may be listed', [allow('s3:ListBucket', 'arn:aws:s3:::mine')], false],
])('where %s, absence is hidden: %#', async (_what, identity, hidden) => {
  const { access } = authorizer({ identity: [...identity, allow('s3:GetObject')] });
  await expect(access.hidesAbsence(s3('GET', 'mine/a/b'))).resolves.toBe(hidden);
  await expect(access.hidesAbsence(s3('GET', 'mine/a/b', root()))).resolves.toBe(false);
});

test('a second factor is seen by the trust policy', async () => {
  const statement = { Effect: 'Allow', Principal: { AWS: OWN }, Action: 'sts:AssumeRole', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } };
  const { access } = authorizer();
  (access.sources.roles as { of: Sources['roles']['of'] }).of = async () => ({ arn: ROLE, trust: document('trust', 'resource', statement), identity: [], tags: {} });
  await expect(access.check(call('sts', 'AssumeRole', { RoleArn: ROLE }, root()))).rejects.toThrow('role trust policy');
  await access.check(call('sts', 'AssumeRole', { RoleArn: ROLE, SerialNumber: `arn:aws:iam::${OWN}:mfa/me`, TokenCode: '123456' }, root()));
  await expect(access.check(call('sts', 'AssumeRole', { RoleArn: ROLE, SerialNumber: `arn:aws:iam::${OWN}:mfa/me`, TokenCode: 'abc' }, root()))).rejects.toThrow('role trust policy');
});

test('changes are passed to those who keep policies', () => {
  const { access, changes } = authorizer();
  access.changed(call('iam', 'PutRolePolicy', { RoleName: 'worker' }));
  access.changed(call('kms', 'PutKeyPolicy', {}));
  access.changed(call('lambda', 'AddPermission', {}));
  access.changedS3(s3('PUT', 'mine?encryption'));
  access.changedS3(s3('PUT', 'mine/object'));
  access.changedS3(s3('GET', 'mine?encryption'));
  expect(changes).toEqual(['PutRolePolicy worker', 'PutKeyPolicy', 'lambda:AddPermission', 'mine']);
});

describe('a role that may change only roles with the boundary', () => {
  const boundaryArn = `arn:aws:iam::${OWN}:policy/boundary`;
  const { access } = authorizer({
    boundaryArn,
    identity: [allow(['iam:CreateRole', 'iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:DeleteRolePolicy', 'iam:PutRolePermissionsBoundary'], '*', { Condition: { StringEquals: { 'iam:PermissionsBoundary': boundaryArn } } })],
  });
  const change = async (operation: string, input: Record<string, string>): Promise<void> => access.check(call('iam', operation, input));

  test('makes one with it, and none without or with another', async () => {
    await change('CreateRole', { RoleName: 'new', PermissionsBoundary: boundaryArn });
    await expect(change('CreateRole', { RoleName: 'new' })).rejects.toThrow('not authorized to perform: iam:CreateRole');
    await expect(change('PutRolePermissionsBoundary', { RoleName: 'bounded', PermissionsBoundary: `${boundaryArn}-2` })).rejects.toThrow('iam:PutRolePermissionsBoundary');
  });

  test.each(['PutRolePolicy', 'AttachRolePolicy', 'DeleteRolePolicy'])('%s: by the boundary that the role has', async (operation) => {
    await change(operation, { RoleName: 'bounded', PolicyName: 'p', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
    await expect(change(operation, { RoleName: 'free', PolicyName: 'p', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })).rejects.toThrow(`iam:${operation}`);
  });
});

describe('the key of a topic or queue', () => {
  const topic = `arn:aws:sns:${REGION}:${OWN}:alarms`;
  const queueUrl = `http://127.0.0.1:9/${OWN}/work`;
  const alarm: Caller = { ...rule, principalArn: 'cloudwatch.amazonaws.com', service: { name: 'cloudwatch.amazonaws.com', sourceAccount: OWN, sourceArn: `arn:aws:cloudwatch:${REGION}:${OWN}:alarm:a` } };
  const account = { Effect: 'Allow', Principal: { AWS: OWN }, Action: 'kms:*', Resource: '*' };
  const service = { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: ['kms:GenerateDataKey*', 'kms:Decrypt'], Resource: '*', Condition: { StringEquals: { 'aws:SourceAccount': OWN } } };
  const open = { [topic]: [{ Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish', Resource: topic }] };
  const publish = (caller: Caller) => call('sns', 'Publish', { TopicArn: topic }, caller);
  const encrypted = { messageEncryption: { keyArn: KEY } } as const;

  test('must let in who publishes and who sends', async () => {
    const grants = [allow(['sns:Publish', 'sqs:SendMessage', 'sqs:ReceiveMessage'])];
    const without = authorizer({ ...encrypted, identity: grants, keyPolicy: [account] }).access;
    await expect(without.check(publish(worker))).rejects.toThrow(`kms:GenerateDataKey on resource: ${KEY}`);
    await expect(without.check(call('sqs', 'SendMessage', { QueueUrl: queueUrl }))).rejects.toThrow('kms:GenerateDataKey');
    await expect(without.check(call('sqs', 'ReceiveMessage', { QueueUrl: queueUrl }))).rejects.toThrow('kms:Decrypt');
    const through = { Condition: { StringEquals: { 'kms:ViaService': [`sns.${REGION}.amazonaws.com`, `sqs.${REGION}.amazonaws.com`] } } };
    const { access } = authorizer({ ...encrypted, identity: [...grants, allow(['kms:GenerateDataKey', 'kms:Decrypt'], KEY, through)], keyPolicy: [account] });
    await access.check(publish(worker));
    await access.check(call('sqs', 'SendMessage', { QueueUrl: queueUrl }));
    await access.check(call('sqs', 'ReceiveMessage', { QueueUrl: queueUrl }));
  });

  test('lets in a service by its own policy, for the account that it names', async () => {
    await authorizer({ ...encrypted, keyPolicy: [service], resourcePolicies: open }).access.check(publish(alarm));
    await expect(authorizer({ ...encrypted, keyPolicy: [account], resourcePolicies: open }).access.check(publish(alarm))).rejects.toThrow('because no resource-based policy allows the kms:GenerateDataKey action');
    const other = { ...service, Condition: { StringEquals: { 'aws:SourceAccount': OTHER } } };
    await expect(authorizer({ ...encrypted, keyPolicy: [other], resourcePolicies: open }).access.check(publish(alarm))).rejects.toThrow('kms:GenerateDataKey');
  });

  test('that AWS holds lets in the account, and no service', async () => {
    const world = { messageEncryption: 'aws', identity: [allow('sns:Publish')], resourcePolicies: open } as const;
    await authorizer(world).access.check(publish(worker));
    await expect(authorizer(world).access.check(publish(alarm))).rejects.toThrow('alias/aws/sns');
  });
});

describe('the key of a log group or trail', () => {
  const logs = (group: string) => ({
    Effect: 'Allow', Principal: { Service: `logs.${REGION}.amazonaws.com` }, Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'], Resource: '*',
    Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${REGION}:${OWN}:log-group:${group}` } },
  });
  const create = call('logs', 'CreateLogGroup', { logGroupName: '/mlops/x', kmsKeyId: KEY }, root());

  test('must let CloudWatch Logs in for this group, whoever makes it', async () => {
    await authorizer({ keyPolicy: [logs('/mlops/*')] }).access.check(create);
    await expect(authorizer({ keyPolicy: [logs('/other/*')] }).access.check(create)).rejects.toMatchObject({
      code: 'InvalidParameterException', message: expect.stringContaining(`not allowed to be used with Arn 'arn:aws:logs:${REGION}:${OWN}:log-group:/mlops/x'`) as string,
    });
    await authorizer({ keyPolicy: [] }).access.check(call('logs', 'CreateLogGroup', { logGroupName: '/mlops/x' }, root()));
  });

  test('must let CloudTrail in for this trail', async () => {
    const trail = call('cloudtrail', 'CreateTrail', { Name: 'mlops-prod', KmsKeyId: KEY, S3BucketName: 'b' }, root());
    const policy = (SourceArn: string) => ({
      Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: ['kms:GenerateDataKey', 'kms:DescribeKey'], Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': OWN }, StringLike: { 'aws:SourceArn': SourceArn } },
    });
    await authorizer({ keyPolicy: [policy(`arn:aws:cloudtrail:${REGION}:${OWN}:trail/mlops-*`)] }).access.check(trail);
    await expect(authorizer({ keyPolicy: [policy('arn:aws:cloudtrail:*:*:trail/other')] }).access.check(trail)).rejects.toMatchObject({ code: 'InsufficientEncryptionPolicyException' });
  });
});
