import { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { call, findings, machine } from './support';

const RULE = 'DataCaptureEncrypted';
const config = (kmsKeyId?: string) => (scope: Construct) =>
  new CfnEndpointConfig(scope, 'Config', {
    productionVariants: [],
    dataCaptureConfig: { captureOptions: [{ captureMode: 'Input' }], destinationS3Uri: 's3://b/c', initialSamplingPercentage: 100, kmsKeyId },
  });

test('data capture with a key complies, and so does none', () => {
  expect(findings(RULE, config('alias/a'))).toEqual([]);
  expect(findings(RULE, (scope) => new CfnEndpointConfig(scope, 'Config', { productionVariants: [] }))).toEqual([]);
});

test('data capture without a key does not', () => {
  expect(findings(RULE, config())).toEqual([`${RULE}[DataCaptureConfig]`]);
});

test('in state machines too', () => {
  const capture = (DataCaptureConfig: object) => machine({ Make: call('createEndpointConfig', { KmsKeyId: 'k', DataCaptureConfig }) });
  expect(findings(RULE, capture({ KmsKeyId: 'alias/a' }))).toEqual([]);
  expect(findings(RULE, capture({ DestinationS3Uri: 's3://b/c' }))).toEqual([`${RULE}[State::Make]`]);
});
