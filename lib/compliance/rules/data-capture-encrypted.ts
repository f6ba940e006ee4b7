import { type CfnResource, Stack } from 'aws-cdk-lib';
import { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { NagRuleCompliance } from 'cdk-nag';
import type { Rule } from './rule';
import { isStateMachine, listOrCompliant, member, sageMakerCalls } from './states';

export const dataCaptureEncrypted: Rule = {
  name: 'DataCaptureEncrypted',
  info: 'Captured requests and answers are not encrypted with a KMS key.',
  explanation: 'Data capture stores what people sent to the model and what it said about them.',
  check: (node) => {
    const captures = capturesOf(node);
    return captures.length === 0 ? NagRuleCompliance.NOT_APPLICABLE : listOrCompliant(captures.filter(({ encrypted }) => !encrypted).map(({ where }) => where));
  },
};

function capturesOf(node: CfnResource): { where: string; encrypted: boolean }[] {
  if (node instanceof CfnEndpointConfig) {
    const capture: unknown = Stack.of(node).resolve(node.dataCaptureConfig);
    return capture === undefined ? [] : [{ where: 'DataCaptureConfig', encrypted: member(capture, 'kmsKeyId') !== undefined }];
  }
  if (!isStateMachine(node)) {
    return [];
  }
  return sageMakerCalls(node)
    .filter(({ action, arguments: { DataCaptureConfig } }) => action === 'createEndpointConfig' && DataCaptureConfig !== undefined)
    .map(({ state, arguments: { DataCaptureConfig } }) => ({ where: `State::${state}`, encrypted: member(DataCaptureConfig, 'KmsKeyId') !== undefined }));
}
