import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { developmentPlace, type EnvironmentConfig, servingPlace } from '../../../lib/config/environment';
import { promotionChain } from '../../../lib/config/validation';
import { FoundationStack } from '../../../lib/stacks/foundation-stack';
import { nagFindings, newApp } from '../../support/app';
import { statementsOf } from '../../support/policies';

/** The environments of the repository, production changed. */
const chainWith = (change: Partial<EnvironmentConfig> = {}) => promotionChain([...environments.slice(0, 2), { ...environments[2], ...change }]);

const foundation = (name: string, chain = chainWith(), place = developmentPlace): FoundationStack => {
  const environment = chain.environments.find((candidate) => candidate.name === name);
  if (environment === undefined) {
    throw new Error(`no environment ${name}`);
  }
  return new FoundationStack(newApp(), 'Foundation', { environment, chain, place: place(environment) });
};

const templateOf = (name: string, chain = chainWith()): Template => Template.fromStack(foundation(name, chain));

describe('every environment', () => {
  test.each(['dev', 'int', 'prod'])('%s has no finding', (name) => {
    const stack = foundation(name);
    Template.fromStack(stack);
    expect(nagFindings(stack)).toEqual([]);
  });

  test.each(['dev', 'int', 'prod'])('%s has no custom resource and no function', (name) => {
    const types = Object.values(templateOf(name).toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type);
    expect(types.filter((type) => /^(Custom::|AWS::CloudFormation::CustomResource|AWS::Lambda::)/.test(type))).toEqual([]);
  });

  test.each(['data', 'artifacts', 'evidence', 'inference-log'])('the bucket %s is encrypted with the key of the environment and logs its accesses', (purpose) => {
    templateOf('prod').hasResourceProperties('AWS::S3::Bucket', {
      BucketName: `mlops-prod-${purpose}-333333333333-eu-central-1`,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] } } },
        ],
      },
      LoggingConfiguration: Match.objectLike({ LogFilePrefix: `s3/mlops-prod-${purpose}-333333333333-eu-central-1/` }),
    });
  });

  test('logs of jobs are encrypted and end, in the one environment of an account that keeps them', () => {
    templateOf('prod').hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: '/aws/sagemaker/TrainingJobs', KmsKeyId: Match.anyValue(), RetentionInDays: 365 });
    const together = promotionChain(environments.map((environment) => ({ ...environment, development: { ...environment.development, account: '111111111111' } })));
    const keepers = ['dev', 'int', 'prod'].filter((name) => JSON.stringify(templateOf(name, together).toJSON()).includes('/aws/sagemaker/TrainingJobs'));
    expect(keepers).toEqual(['prod']);
  });

  test('EventBridge hears of new data', () => {
    templateOf('prod').hasResourceProperties('AWS::S3::Bucket', {
      BucketName: Match.stringLikeRegexp('-data-'),
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
  });

  test('reads and writes of data and evidence are in the audit trail', () => {
    templateOf('prod').hasResourceProperties('AWS::CloudTrail::Trail', {
      EnableLogFileValidation: true,
      IsMultiRegionTrail: true,
      EventSelectors: [{ DataResources: [Match.objectLike({ Type: 'AWS::S3::Object' })] }],
    });
  });
});

describe('what differs is a value of the environment:', () => {
  test('evidence is locked where the environment says for how long', () => {
    templateOf('prod').hasResourceProperties('AWS::S3::Bucket', {
      BucketName: Match.stringLikeRegexp('-evidence-'),
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
    });
    templateOf('int').hasResourceProperties('AWS::S3::Bucket', { BucketName: Match.stringLikeRegexp('-evidence-'), ObjectLockEnabled: Match.absent() });
  });

  test('artifacts in exploration have no versions and expire', () => {
    templateOf('dev').hasResourceProperties('AWS::S3::Bucket', {
      BucketName: Match.stringLikeRegexp('-artifacts-'),
      VersioningConfiguration: Match.absent(),
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 30 })]) },
    });
    templateOf('prod').hasResourceProperties('AWS::S3::Bucket', { BucketName: Match.stringLikeRegexp('-artifacts-'), VersioningConfiguration: { Status: 'Enabled' } });
  });

  test.each([
    [undefined, 184],
    [400, 400],
  ])('predictions are kept as long as asked for (%s days asked)', (inferenceLogDays, kept) => {
    const chain = chainWith({ serving: { ...environments[2].serving, inferenceLogDays } });
    templateOf('prod', chain).hasResourceProperties('AWS::S3::Bucket', {
      BucketName: Match.stringLikeRegexp('-inference-log-'),
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: kept })]) },
    });
  });

  test('production is kept when its stack is deleted, and its deletion refused', () => {
    expect(foundation('prod').terminationProtection).toBe(true);
    expect(foundation('dev').terminationProtection).toBe(false);
    templateOf('prod').allResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    templateOf('dev').allResources('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  });
});

/** Statements of bucket policies that let another account in. */
const foreign = (template: Template) =>
  statementsOf(template, 'AWS::S3::BucketPolicy').filter(({ principal }) => JSON.stringify(principal).includes(':root') && !JSON.stringify(principal).includes('333333333333:root'));

describe('between accounts', () => {
  test('nobody outside may write anything of production', () => {
    const actions = new Set(foreign(templateOf('prod')).flatMap((statement) => statement.actions));
    expect([...actions].toSorted()).toEqual(['s3:GetObject', 's3:ListBucket']);
  });

  test('only roles of the blueprint are let in, each of its own environment', () => {
    for (const { principal, conditions } of foreign(templateOf('prod'))) {
      const [account, environment] = JSON.stringify(principal).includes('111111111111') ? ['111111111111', 'dev'] : ['222222222222', 'int'];
      expect(conditions).toEqual({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/mlops-${environment}-*` } });
    }
  });

  test('exploration reads all data of production; qualification reads what it deploys and tests', () => {
    const objects = foreign(templateOf('prod')).filter(({ actions }) => actions.includes('s3:GetObject'));
    const readBy = (account: string) => objects.filter(({ principal }) => JSON.stringify(principal).includes(account)).flatMap(({ resources }) => resources).join();
    expect(readBy('111111111111')).toMatch(/^\{"Fn::Join":\["",\[\{"Fn::GetAtt":\["Data\w+","Arn"\]\},"\/\*"\]\]\}$/);
    expect(readBy('222222222222')).toContain('/*/runs/*/output/model.tar.gz');
    expect(readBy('222222222222')).toContain('/*/manifests/*');
    expect(readBy('222222222222')).not.toContain('Data');
  });

  test('production fetches the evidence of qualification', () => {
    const [statement] = statementsOf(templateOf('int'), 'AWS::S3::BucketPolicy').filter(({ principal }) => JSON.stringify(principal).includes('333333333333:root'));
    expect(statement.actions).toEqual(['s3:GetObject']);
    expect(statement.resources.join()).toContain('/*/gates/qualification/*');
  });

  test('the key decrypts for readers through S3 and encrypts for the environment alone', () => {
    templateOf('prod').hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({ Sid: 'EnvironmentThroughS3', Condition: { StringEquals: { 'kms:CallerAccount': ['333333333333'], 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } } }),
          Match.objectLike({
            Sid: 'ReadersThroughS3',
            Action: ['kms:Decrypt', 'kms:DescribeKey'],
            Condition: { StringEquals: { 'kms:CallerAccount': ['111111111111', '222222222222'], 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
          }),
        ]),
      },
    });
  });

  test('the bus of production hears of qualification and of nobody else', () => {
    const template = templateOf('prod');
    template.resourceCountIs('AWS::Events::EventBusPolicy', 1);
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: Match.objectLike({ Action: 'events:PutEvents', Principal: { AWS: Match.stringLikeRegexp('222222222222:root') } }),
    });
  });

  test('the bus of exploration hears of no other account', () => {
    templateOf('dev').resourceCountIs('AWS::Events::EventBusPolicy', 0);
  });

  test('an account of its own for serving has its own foundation and reads the models of development', () => {
    const chain = chainWith({ serving: { ...environments[2].serving, account: '555555555555' } });
    Template.fromStack(foundation('prod', chain, servingPlace)).hasResourceProperties('AWS::S3::Bucket', { BucketName: 'mlops-prod-inference-log-555555555555-eu-central-1' });
    const readers = foreign(templateOf('prod', chain)).filter(({ principal }) => JSON.stringify(principal).includes('555555555555'));
    expect(readers.flatMap(({ resources }) => resources).join()).toContain('/*/runs/*/output/model.tar.gz');
  });
});
