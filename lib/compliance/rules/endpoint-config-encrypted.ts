import { Stack } from 'aws-cdk-lib';
import { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { NagRuleCompliance } from 'cdk-nag';
import type { Rule } from './rule';
import { checkCalls, compliantIf, isStateMachine } from './states';

export const endpointConfigEncrypted: Rule = {
  name: 'EndpointConfigEncrypted',
  info: 'The endpoint configuration names no KMS key for the storage of its instances.',
  explanation: 'Models and what they keep while they serve lie on these volumes; a key of the organization decides who can read them.',
  check: (node) => {
    if (node instanceof CfnEndpointConfig) {
      return compliantIf(Stack.of(node).resolve(node.kmsKeyId) !== undefined);
    }
    return isStateMachine(node)
      ? checkCalls(node, ['createEndpointConfig'], ({ arguments: { KmsKeyId } }) => KmsKeyId !== undefined)
      : NagRuleCompliance.NOT_APPLICABLE;
  },
};
