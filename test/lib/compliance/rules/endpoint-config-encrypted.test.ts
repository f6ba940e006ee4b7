import { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { call, findings, machine } from './support';

const RULE = 'EndpointConfigEncrypted';
const variants = [{ variantName: 'A', modelName: 'm', initialVariantWeight: 1 }];

test('an endpoint configuration with a key complies', () => {
  expect(findings(RULE, (scope) => new CfnEndpointConfig(scope, 'Config', { productionVariants: variants, kmsKeyId: 'alias/a' }))).toEqual([]);
});

test('one without a key does not', () => {
  expect(findings(RULE, (scope) => new CfnEndpointConfig(scope, 'Config', { productionVariants: variants }))).toEqual([RULE]);
});

test('a state machine that makes one with a key complies', () => {
  expect(findings(RULE, machine({ Make: call('createEndpointConfig', { KmsKeyId: 'alias/a' }) }))).toEqual([]);
});

test('instances with disks of their own take no key', () => {
  const own = variants.map((variant) => ({ ...variant, instanceType: 'ml.m5d.large' }));
  expect(findings(RULE, (scope) => new CfnEndpointConfig(scope, 'Config', { productionVariants: own }))).toEqual([]);
  expect(findings(RULE, machine({ Make: call('createEndpointConfig', { ProductionVariants: [{ InstanceType: 'ml.g5.xlarge' }] }) }))).toEqual([]);
  expect(findings(RULE, machine({ Make: call('createEndpointConfig', { ProductionVariants: [{ InstanceType: 'ml.g5.xlarge' }, { InstanceType: 'ml.m5.large' }] }) }))).toEqual([`${RULE}[State::Make]`]);
});

test('the state that makes one without is named, inside branches and loops too', () => {
  const inner = { StartAt: 'Make', States: { Make: call('createEndpointConfig', {}) } };
  expect(findings(RULE, machine({ Side: { Type: 'Parallel', Branches: [inner] } }))).toEqual([`${RULE}[State::Make]`]);
  expect(findings(RULE, machine({ Each: { Type: 'Map', ItemProcessor: inner } }))).toEqual([`${RULE}[State::Make]`]);
});

test('a definition that no template holds is a finding, not a pass', () => {
  expect(
    findings(RULE, (scope) => {
      machine({ Wait: { Type: 'Wait' } })(scope);
      const resource = scope.node.findChild('Machine') as unknown as { definitionString?: string; definitionS3Location: object };
      resource.definitionString = undefined;
      resource.definitionS3Location = { bucket: 'b', key: 'k' };
    }),
  ).toEqual([RULE]);
});
