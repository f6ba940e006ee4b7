import { CfnModel, CfnPipeline } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { call, findings, machine } from './support';

const RULE = 'NetworkIsolation';
const pipeline = (...Steps: object[]) => (scope: Construct) =>
  new CfnPipeline(scope, 'Pipeline', { pipelineName: 'p', roleArn: 'arn:aws:iam::333333333333:role/p', pipelineDefinition: { PipelineDefinitionBody: JSON.stringify({ Steps }) } });

test('an isolated model complies, another does not', () => {
  const model = (enableNetworkIsolation?: boolean) => findings(RULE, (scope) => new CfnModel(scope, 'Model', { enableNetworkIsolation }));
  expect(model(true)).toEqual([]);
  expect(model()).toEqual([RULE]);
});

test('each job of a pipeline must be isolated', () => {
  const training = (EnableNetworkIsolation: boolean) => ({ Name: 'Train', Type: 'Training', Arguments: { EnableNetworkIsolation } });
  const processing = (EnableNetworkIsolation: boolean) => ({ Name: 'Prepare', Type: 'Processing', Arguments: { NetworkConfig: { EnableNetworkIsolation } } });
  expect(findings(RULE, pipeline(training(true), processing(true), { Name: 'Judge', Type: 'Condition' }))).toEqual([]);
  expect(findings(RULE, pipeline(training(false), processing(true)))).toEqual([`${RULE}[Step::Train]`]);
  expect(findings(RULE, pipeline(training(true), processing(false)))).toEqual([`${RULE}[Step::Prepare]`]);
});

test('models and jobs of state machines too', () => {
  expect(findings(RULE, machine({ Make: call('createModel', { EnableNetworkIsolation: true }) }))).toEqual([]);
  expect(findings(RULE, machine({ Make: call('createModel', {}) }))).toEqual([`${RULE}[State::Make]`]);
  expect(findings(RULE, machine({ Run: call('createProcessingJob', { NetworkConfig: {} }) }))).toEqual([`${RULE}[State::Run]`]);
});
