import { Match, Template } from 'aws-cdk-lib/assertions';
import jsonata from 'jsonata';
import { environments } from '../../../bin/environments';
import type { EnvironmentConfig } from '../../../lib/config/environment';
import { promotionChain } from '../../../lib/config/validation';
import { ModelDevelopmentStack } from '../../../lib/stacks/model-development-stack';
import type { StepJson } from '../../../lib/training/pipeline-references';
import { nagFindings, newApp } from '../../support/app';
import { allStates, definitionFaults, definitionsOf } from '../../support/asl';
import { fixtureProject } from '../../support/fixtures';
import { statementsOf } from '../../support/policies';

const chain = promotionChain(environments);

function make(environment: EnvironmentConfig) {
  const stack = new ModelDevelopmentStack(newApp(), 'Development', {
    environment, chain, project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: 'c'.repeat(40),
  });
  return { stack, template: Template.fromStack(stack) };
}

const prod = make(chain.production);
const dev = make(chain.environments[0]!);
const { account } = chain.production.development;
const machine = definitionsOf(prod.template).get('prod-employment-development')!;

const pipelineBody = (): string => Object.values(prod.template.findResources('AWS::SageMaker::Pipeline'))[0]?.Properties.PipelineDefinition.PipelineDefinitionBody as string;

test.each([['prod', prod], ['dev', dev]] as const)('%s has no unexplained finding', (_name, { stack }) => {
  expect(nagFindings(stack)).toEqual([]);
});

describe('The development machine', () => {
  test.each([...definitionsOf(prod.template)])('%s is accepted by the validator of the language', (_name, definition) => {
    expect(definitionFaults(definition)).toEqual([]);
  });

  test('goes from data to registration through two gates', () => {
    const way = ['Snapshot', 'Release', 'Data gate', 'Start pipeline', 'Wait for pipeline', 'Describe pipeline', 'Profile', 'Model gate', 'Register'];
    expect(machine.States[machine.StartAt]).toMatchObject({ Type: 'Choice', Default: way[0] });
    expect(way.every((state) => machine.States[state] !== undefined)).toBe(true);
    expect(machine.States['Data gate passed?']).toMatchObject({ Choices: [{ Next: 'Start pipeline' }, { Next: 'Data gate says no' }], Default: 'Data gate broke' });
    expect(machine.States['Model gate passed?']).toMatchObject({ Choices: [{ Next: 'Register' }, { Next: 'Model gate says no' }], Default: 'Model gate broke' });
  });

  test('trains nothing before the data gate passed and registers nothing before the model gate passed', () => {
    const leadingTo = (target: string) => allStates(machine).filter(([, state]) => JSON.stringify(state).includes(`"Next":"${target}"`)).map(([name]) => name);
    expect(leadingTo('Start pipeline')).toEqual(['Recorded definition?', 'Data gate passed?']);
    expect(machine.States['Recorded definition?']).toMatchObject({ Choices: [{ Condition: '{% $compareWith = null %}', Next: 'Data gate' }, { Next: 'Start pipeline' }] });
    expect(leadingTo('Register')).toEqual(['Model gate passed?']);
  });

  test('rebuilds a version from its manifest with the recorded definition, compares it and registers nothing', () => {
    const way = ['Read manifest', 'Release', 'Recorded definition?', 'Start version of pipeline', 'Wait for pipeline', 'Compare?', 'Reproduction gate', 'Reproduction gate passed?', 'Reproduced'];
    expect(way.every((state) => machine.States[state] !== undefined)).toBe(true);
    expect(machine.States[machine.StartAt]).toMatchObject({ Choices: [{ Condition: '{% $exists($states.context.Execution.Input.compareWith) %}', Next: 'Read manifest' }] });
    expect(machine.States['Start version of pipeline']?.Arguments).toMatchObject({ PipelineVersionId: '{% $pipelineVersionId %}' });
    expect(machine.States['Compare?']).toMatchObject({ Choices: [{ Condition: '{% $compareWith = null %}', Next: 'Profile' }], Default: 'Reproduction gate' });
    expect(machine.States['Reproduced']).toMatchObject({ Type: 'Succeed' });
  });

  test('has a timeout on every task and as a whole', () => {
    expect(allStates(machine).filter(([, state]) => state.Type === 'Task' && state.TimeoutSeconds === undefined)).toEqual([]);
    expect(machine.TimeoutSeconds).toBeGreaterThan(0);
  });

  test('asks for the same pipeline execution however often it is repeated, with every parameter', () => {
    const call = machine.States['Start pipeline']?.Arguments as { ClientRequestToken: string; PipelineParameters: { Name: string }[] };
    expect(call.ClientRequestToken).toBe("{% $hash($states.context.Execution.Id, 'SHA-256') %}");
    expect(call.PipelineParameters.map(({ Name }) => Name)).toEqual(['SnapshotUri', 'CodeUri', 'ChampionUri', 'RunUri', 'Seed', 'VolumeKeyArn', 'SubnetId1', 'SubnetId2', 'SecurityGroupId']);
    const { Parameters } = JSON.parse(pipelineBody()) as { Parameters: { Name: string; DefaultValue?: string }[] };
    const undecided = Parameters.filter(({ DefaultValue }) => DefaultValue === undefined).map(({ Name }) => Name);
    expect(undecided.filter((name) => !call.PipelineParameters.some(({ Name }) => Name === name))).toEqual([]);
  });

  test('says why the pipeline failed', async () => {
    const cause = machine.States['Pipeline failed']?.Cause?.slice(2, -2) ?? '';
    const input = { PipelineExecutionArn: 'arn', PipelineExecutionStatus: 'Failed', FailureReason: 'Train: out of memory' };
    expect(await jsonata(cause).evaluate({}, { states: { input } })).toBe('Pipeline execution arn is Failed: Train: out of memory');
    expect(await jsonata(cause).evaluate({}, { states: { input: { ...input, FailureReason: undefined } } })).toContain('no reason was given');
  });
});

describe('The pipeline', () => {
  const definition = JSON.parse(pipelineBody()) as { Steps: StepJson[] };
  const step = (name: string) => definition.Steps.find(({ Name }) => Name === name)!.Arguments as Record<string, never>;

  test('prepares, trains candidate and baseline, evaluates, studies, and runs the tests of the project', () => {
    expect(definition.Steps.map(({ Name }) => Name)).toEqual(['Prepare', 'Train', 'TrainBaseline', 'Evaluate', 'Study', 'Test']);
    expect([step('Train').HyperParameters['algorithm'], step('TrainBaseline').HyperParameters['algorithm']]).toEqual(['candidate', 'baseline']);
  });

  test('runs the same script with the declared hyperparameters, as texts', () => {
    expect(step('Train').HyperParameters).toMatchObject({ sagemaker_program: 'train.py', sagemaker_submit_directory: '/opt/ml/input/data/code', seed: { Get: 'Parameters.Seed' } });
    for (const [name, value] of Object.entries(fixtureProject().declaration.training.hyperparameters)) {
      expect(step('Train').HyperParameters[name]).toBe(String(value));
    }
  });

  test('gives the evaluation test rows, both models and the champion', () => {
    const inputs = (step('Evaluate').ProcessingInputs as { InputName: string }[]).map(({ InputName }) => InputName);
    expect(inputs).toEqual(['code', 'test', 'resources', 'model', 'baseline', 'champion']);
  });

  test('starts jobs with the job role and no other', () => {
    prod.template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Action: 'iam:PassRole', Effect: 'Allow', Resource: `arn:aws:iam::${account}:role/mlops-prod-employment-job`,
            Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
          },
        ]),
      },
    });
  });

  test.each(['job', 'pipeline'])('is trusted to take the %s role on behalf of this account only', (purpose) => {
    prod.template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: `mlops-prod-employment-${purpose}`,
      AssumeRolePolicyDocument: {
        Statement: [Match.objectLike({ Principal: { Service: 'sagemaker.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': account } } })],
      },
    });
  });
});

describe('The gates', () => {
  test.each([[prod, 'prod', 'QUALITATIVE'], [dev, 'dev', 'FUNCTIONAL']] as const)('judge as the environment says', ({ template }, name, mode) => {
    for (const gate of ['data', 'model']) {
      expect(definitionsOf(template).get(`${name}-employment-gate-${gate}`)?.States.Verdict?.Arguments).toMatchObject({ Payload: { mode } });
    }
  });
});

describe('Development starts', () => {
  test('on a complete delivery in the data bucket of its own environment', () => {
    prod.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [`mlops-prod-data-${account}-eu-central-1`] }, object: { key: [{ wildcard: 'employment/training/*/_SUCCESS' }] } },
      },
    });
  });

  test('on feedback, heard on the bus of the environment', () => {
    prod.template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: 'mlops-prod',
      EventPattern: { source: ['mlops.blueprint'], 'detail-type': ['RetrainingRequested'], detail: { model: ['employment'] } },
    });
  });

  test('with the release of this deployment', () => {
    const starter = Object.values(prod.template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: 'prod-employment-development-starter' } }))[0];
    const release = JSON.stringify(starter?.Properties.Environment.Variables.RELEASE);
    expect(release).toContain(prod.stack.release.bundleSha256);
    expect(release).toContain(prod.stack.pipeline.definition.digest);
    expect(release).toContain('c'.repeat(40));
  });

  test('and what could not be started is kept', () => {
    for (const rule of Object.values(prod.template.findResources('AWS::Events::Rule'))) {
      expect(rule.Properties.Targets.every(({ DeadLetterConfig }: { DeadLetterConfig?: object }) => DeadLetterConfig !== undefined)).toBe(true);
    }
  });
});

describe('Only where the chain ends', () => {
  test('the registry is open to the account that qualifies', () => {
    prod.template.hasResourceProperties('AWS::SageMaker::ModelPackageGroup', {
      ModelPackageGroupName: 'prod-employment',
      ModelPackageGroupPolicy: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'UseVersions', Action: Match.not(Match.arrayWith(['sagemaker:UpdateModelPackage'])) })]) },
    });
    dev.template.hasResourceProperties('AWS::SageMaker::ModelPackageGroup', { ModelPackageGroupPolicy: Match.absent() });
  });

  test('new versions go to the bus of the environment that qualifies', () => {
    const { account: qualifying } = chain.qualification.development;
    prod.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.sagemaker'], detail: { ModelPackageGroupName: ['prod-employment'], ModelApprovalStatus: ['PendingManualApproval'] } },
      Targets: [Match.objectLike({ Arn: `arn:aws:events:eu-central-1:${qualifying}:event-bus/mlops-int` })],
    });
  });

  test('verdicts are admitted with the key of the environment that qualifies', () => {
    const { account: qualifying } = chain.qualification.development;
    prod.template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { MLOPS_APPROVAL: chain.production.approval, MLOPS_QUALIFICATION_KEY_ARN: `arn:aws:kms:eu-central-1:${qualifying}:alias/mlops-int-employment-verdicts` },
      },
    });
    expect(JSON.stringify(dev.template.toJSON())).not.toContain('MLOPS_QUALIFICATION_KEY_ARN');
  });
});

describe('The stages of versions', () => {
  const calls = (pattern: object) => Object.values(prod.template.findResources('AWS::Events::Rule', { Properties: pattern }));

  test.each(['ChampionChanged', 'PromotionRolledBack'])('follow %s of the account that promotes, and what is not delivered is kept', (detailType) => {
    const rules = calls({ EventBusName: 'mlops-prod', EventPattern: { source: ['mlops.blueprint'], account: [account], 'detail-type': [detailType], detail: { model: ['employment'] } } });
    expect(rules).toHaveLength(1);
    expect(rules[0]?.Properties.Targets).toEqual([expect.objectContaining({ DeadLetterConfig: expect.anything(), RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 20 } })]);
  });

  test('are compared with the champion every hour', () => {
    expect(calls({ Description: 'Compares the stages of versions of employment with the champion', ScheduleExpression: 'rate(1 hour)' })).toHaveLength(1);
  });

  test('are set by a role that can move versions to two stages and touch no approval', () => {
    expect(statementsOf(prod.template, 'AWS::IAM::ManagedPolicy').filter(({ sid }) => sid === 'ChangeStages')).toEqual([
      expect.objectContaining({
        effect: 'Allow', actions: ['sagemaker:UpdateModelPackage'], resources: [`arn:aws:sagemaker:eu-central-1:${account}:model-package/prod-employment/*`],
        conditions: { StringEquals: { 'sagemaker:ModelLifeCycle:stage': ['Production', 'Retired'] }, Null: { 'sagemaker:ModelApprovalStatus': 'true' } },
      }),
    ]);
  });

  test('are not kept where nothing is promoted', () => {
    expect(JSON.stringify(dev.template.toJSON())).not.toContain('ChangeStages');
  });
});

test('every function of the machine is called at a published version', () => {
  const calls = allStates(machine).filter(([, { Resource }]) => Resource === 'arn:aws:states:::lambda:invoke');
  expect(calls).toHaveLength(5);
  for (const [, { Arguments }] of calls) {
    expect(Arguments?.FunctionName).toMatch(/^<.*CurrentVersion[0-9a-f]+>$/i);
  }
});
