import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from './policies/wildcards';

const TRACING = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

/** State machines decide by themselves what they sample; for functions Lambda does. */
const SAMPLING = ['xray:GetSamplingRules', 'xray:GetSamplingTargets'];

const LOG_DELIVERY = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

const NO_RESOURCES = 'X-Ray has no resource-level permissions for these actions (Service Authorization Reference); nothing else is in this policy.';

/** The stack's one policy for the traces of functions: X-Ray has no resources, so the wildcard stands in one place and nothing else stands beside it. */
export const tracingPolicy = (scope: Construct): iam.ManagedPolicy => sharedPolicy(scope, 'Tracing', TRACING, NO_RESOURCES);

/** The stack's one policy for the traces of state machines. */
export const machineTracingPolicy = (scope: Construct): iam.ManagedPolicy => sharedPolicy(scope, 'MachineTracing', [...TRACING, ...SAMPLING], NO_RESOURCES);

/** The stack's one policy for the log delivery of state machines. */
export const logDeliveryPolicy = (scope: Construct): iam.ManagedPolicy =>
  sharedPolicy(
    scope,
    'LogDelivery',
    LOG_DELIVERY,
    'Log delivery of Step Functions has no resource-level permissions (Service Authorization Reference); nothing else is in this policy.',
  );

function sharedPolicy(scope: Construct, id: string, actions: string[], reason: string): iam.ManagedPolicy {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(id);
  if (existing instanceof iam.ManagedPolicy) {
    return existing;
  }
  const policy = new iam.ManagedPolicy(stack, id, { statements: [new iam.PolicyStatement({ actions, resources: ['*'] })] });
  acknowledgeWildcard(policy, '*', reason);
  return policy;
}
