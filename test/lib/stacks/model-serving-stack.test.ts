import { Match, Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../../bin/environments';
import { promotionChain } from '../../../lib/config/validation';
import { ModelServingStack } from '../../../lib/stacks/model-serving-stack';
import { nagFindings, newApp } from '../../support/app';
import { fixtureProject } from '../../support/fixtures';
import { statementsOf, wildcardActions } from '../../support/policies';

const chain = promotionChain(environments);
const project = fixtureProject().data;
const make = (environment: typeof chain.production): ModelServingStack => new ModelServingStack(newApp(), 'Serving', { environment, chain, project });

const stacks = { int: make(chain.qualification), prod: make(chain.production) };
const templates = { int: Template.fromStack(stacks.int), prod: Template.fromStack(stacks.prod) };
const machines = (template: Template): string[] =>
  Object.values(template.findResources('AWS::StepFunctions::StateMachine')).map(({ Properties }) => (Properties as { StateMachineName: string }).StateMachineName).toSorted();

describe.each(['int', 'prod'] as const)('in %s', (name) => {
  const template = templates[name];

  test('nothing is unexplained', () => {
    expect(nagFindings(stacks[name])).toEqual([]);
  });

  test('the endpoint belongs to the workflow: the template has none, and no model and no configuration', () => {
    for (const type of ['AWS::SageMaker::Endpoint', 'AWS::SageMaker::EndpointConfig', 'AWS::SageMaker::Model']) {
      template.resourceCountIs(type, 0);
    }
  });

  test('the application is reached by signed requests alone', () => {
    template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: `${name}-employment-prediction` });
    template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
  });

  test('the application may ask one endpoint and write one stream', () => {
    const role = `mlops-${name}-employment-prediction`;
    template.hasResourceProperties('AWS::IAM::Role', { RoleName: role });
    const own = statementsOf(template, 'AWS::IAM::ManagedPolicy').filter(({ actions }) => actions.some((action) => /^(sagemaker:InvokeEndpoint|firehose:)/.test(action)));
    expect(own.map(({ actions, resources }) => [actions, resources.map((resource) => resource.slice(resource.lastIndexOf(':')))])).toEqual([
      [['sagemaker:InvokeEndpoint'], [expect.stringContaining(`endpoint/${name}-employment`)]],
      [['firehose:PutRecordBatch'], [expect.stringContaining(`deliverystream/${name}-employment-inference`)]],
    ]);
  });

  test('the inference log is written by the hour, encrypted on its way', () => {
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamName: `${name}-employment-inference`,
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
      ExtendedS3DestinationConfiguration: {
        Prefix: 'employment/inference/',
        ErrorOutputPrefix: 'employment/inference-errors/!{firehose:error-output-type}/',
        BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
        CloudWatchLoggingOptions: { Enabled: true },
      },
    });
  });

  test('models may read the artifacts of this model alone, and carry its tag', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: `mlops-${name}-employment-model`,
      AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'sagemaker.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': Match.anyValue() } } })] },
      Tags: Match.arrayWith([{ Key: 'model', Value: 'employment' }]),
    });
  });

  test('roles are handed to SageMaker alone', () => {
    const passing = statementsOf(template, 'AWS::IAM::ManagedPolicy').filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(passing.length).toBeGreaterThan(0);
    expect(passing.every(({ conditions }) => conditions['StringEquals']?.['iam:PassedToService'] === 'sagemaker.amazonaws.com')).toBe(true);
  });

  test('the state table can be restored and forgets locks', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: `mlops-${name}-employment`,
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });
});

describe('qualification', () => {
  const template = templates.int;

  test('has its machine and its gate, and no promotion', () => {
    expect(machines(template)).toEqual(['int-employment-gate-qualification', 'int-employment-qualification']);
  });

  test('starts on packages of production that wait for approval, on the environment\'s own bus', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: 'mlops-int',
      EventPattern: {
        source: ['aws.sagemaker'],
        account: ['333333333333'],
        detail: { ModelPackageGroupName: ['prod-employment'], ModelApprovalStatus: ['PendingManualApproval'], ModelPackageStatus: ['Completed', 'COMPLETED'] },
      },
    });
  });

  test('hands verdicts on to the registry\'s bus under a role of the blueprint', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['mlops.blueprint'], 'detail-type': ['QualificationFinished'], detail: { model: ['employment'] } },
      Targets: [Match.objectLike({ RoleArn: Match.anyValue(), DeadLetterConfig: Match.anyValue() })],
    });
    template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'mlops-int-employment-forward' });
  });

  test('only the gate\'s judge may sign verdicts, and production may verify', () => {
    template.hasResourceProperties('AWS::KMS::Key', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    template.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/mlops-int-employment-verdicts' });
    const [key] = Object.values(template.findResources('AWS::KMS::Key')) as { Properties: { KeyPolicy: { Statement: { Sid: string; Action: unknown; Principal: { AWS: unknown } }[] } } }[];
    const statements = key?.Properties.KeyPolicy.Statement ?? [];
    const mayUse = (action: string): unknown[] => statements.filter(({ Action }) => [Action].flat().some((one) => one === action || one === 'kms:*')).map(({ Principal }) => Principal.AWS);
    expect(mayUse('kms:Sign')).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^GateJudgeRole/), 'Arn'] }]);
    expect(JSON.stringify(mayUse('kms:Verify'))).toContain('333333333333');
  });

  test('judges the load, whatever mode the environment\'s other gates run in', () => {
    const [gate] = Object.values(template.findResources('AWS::StepFunctions::StateMachine', { Properties: { StateMachineName: 'int-employment-gate-qualification' } }));
    expect(JSON.stringify(gate)).toContain('\\"mode\\":\\"QUALITATIVE\\"');
  });

  test('reads production\'s artifacts by the alias of its key', () => {
    const foreign = statementsOf(template, 'AWS::IAM::ManagedPolicy').filter(({ actions }) => actions.includes('kms:Decrypt'));
    expect(foreign.length).toBeGreaterThan(0);
    expect(foreign.every(({ conditions }) => conditions['ForAnyValue:StringEquals']?.['kms:ResourceAliases'] === 'alias/mlops-prod')).toBe(true);
  });

  test('has no standing alarms: the endpoint stands for minutes', () => {
    template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  });
});

describe('promotion', () => {
  const template = templates.prod;

  test('has its machine and its gate, and no qualification', () => {
    expect(machines(template)).toEqual(['prod-employment-gate-promotion', 'prod-employment-promotion']);
  });

  test('starts on approved packages, on the account\'s default bus', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.absent(),
      EventPattern: { source: ['aws.sagemaker'], detail: { ModelPackageGroupName: ['prod-employment'], ModelApprovalStatus: ['Approved'] } },
    });
  });

  test('is admitted by a function that can verify and not write', () => {
    const admit = statementsOf(template, 'AWS::IAM::ManagedPolicy').filter(({ actions }) => actions.includes('kms:Verify'));
    expect(admit).toEqual([expect.objectContaining({ conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/mlops-int-employment-verdicts' } } })]);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { MLOPS_QUALIFICATION_KEY_ARN: 'arn:aws:kms:eu-central-1:222222222222:alias/mlops-int-employment-verdicts' } },
    });
  });

  test('only the promotion writes the champion', () => {
    const writers = statementsOf(template, 'AWS::IAM::ManagedPolicy').filter(({ actions }) => actions.includes('ssm:PutParameter'));
    expect(writers.map(({ resources }) => resources)).toEqual([[expect.stringContaining('parameter/mlops/employment/champion')]]);
  });

  test.each(['prod-employment-server-errors', 'prod-employment-latency', 'prod-employment-champion-serves'])('alarm %s tells what to do', (AlarmName) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName, AlarmDescription: Match.stringLikeRegexp('prod-employment.*(Compare|See)') });
  });

  test('is compared with the record every hour', () => {
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)' });
  });

  test('wildcards stand where AWS knows no resource', () => {
    expect(wildcardActions(template)).toEqual([
      'cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData', 'cloudwatch:PutMetricData', 'ecr:GetAuthorizationToken',
      'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:GetLogDelivery',
      'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:UpdateLogDelivery',
      'xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments',
    ]);
  });
});

test('a load test that no function can run is refused at synthesis', () => {
  const { serving } = project.declaration;
  const long = { ...project, declaration: { ...project.declaration, serving: { ...serving, loadTest: { ...serving.loadTest, durationSeconds: 900 } } } };
  expect(() => new ModelServingStack(newApp(), 'Serving', { environment: chain.qualification, chain, project: long })).toThrow(/at most 780 s fit into a function/);
});

test('where serving has an account of its own, approved packages come over the environment\'s bus', () => {
  const production = { ...chain.production, serving: { ...chain.production.serving, account: '555555555555' } };
  const apart = promotionChain(environments.map((environment) => (environment.name === production.name ? production : environment)));
  const template = Template.fromStack(new ModelServingStack(newApp(), 'Serving', { environment: production, chain: apart, project }));
  template.hasResourceProperties('AWS::Events::Rule', { EventBusName: 'mlops-prod', EventPattern: { account: ['333333333333'], detail: { ModelApprovalStatus: ['Approved'] } } });
});
