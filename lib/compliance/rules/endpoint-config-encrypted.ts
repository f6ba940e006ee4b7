import { Stack } from 'aws-cdk-lib';
import { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { NagRuleCompliance } from 'cdk-nag';
import { hasLocalDisks } from '../../core/instance-types';
import type { Rule } from './rule';
import { checkCalls, compliantIf, isStateMachine } from './states';

/** Types of the instances of an endpoint's variants; a reference is no type. */
const typesOf = (variants: unknown, member: string): unknown[] =>
  Array.isArray(variants) ? variants.map((variant: Record<string, unknown>) => variant[member]) : [];

/** A key is named, or hardware encrypts what the instances keep and SageMaker refuses one. */
const isEncrypted = (key: unknown, instanceTypes: readonly unknown[]): boolean =>
  key !== undefined || (instanceTypes.length > 0 && instanceTypes.every((type) => typeof type === 'string' && hasLocalDisks(type)));

export const endpointConfigEncrypted: Rule = {
  name: 'EndpointConfigEncrypted',
  info: 'The endpoint configuration names no KMS key for the storage of its instances.',
  explanation:
    'Models and what they keep while they serve lie on these volumes; a key of the organization decides who can read them. Instances with disks of their own take no key: their hardware encrypts them.',
  check: (node) => {
    if (node instanceof CfnEndpointConfig) {
      return compliantIf(isEncrypted(Stack.of(node).resolve(node.kmsKeyId), typesOf(Stack.of(node).resolve(node.productionVariants), 'instanceType')));
    }
    return isStateMachine(node)
      ? checkCalls(node, ['createEndpointConfig'], ({ arguments: { KmsKeyId, ProductionVariants } }) => isEncrypted(KmsKeyId, typesOf(ProductionVariants, 'InstanceType')))
      : NagRuleCompliance.NOT_APPLICABLE;
  },
};
