import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Records why a policy under `scope` names a resource with a wildcard, so that a reviewer finds the reason beside the finding of
 * AwsSolutions-IAM5. Only this resource is acknowledged: another wildcard in the same policy is still a finding.
 *
 * @param resource ARN with the wildcard, as it stands in the statement; may hold tokens.
 */
export function acknowledgeWildcard(scope: IConstruct, resource: string, reason: string): void {
  const text = flatten(Stack.of(scope).resolve(resource));
  Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[Resource::${text}]`, reason });
}

/** Writes a resolved ARN as cdk-nag names it in a finding: `<LogicalId.Arn>` for references. */
function flatten(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  if (typeof value === 'object' && value !== null) {
    const [[name, argument] = ['', undefined]] = Object.entries(value);
    if (name === 'Ref') {
      return `<${String(argument)}>`;
    }
    if (name === 'Fn::GetAtt' && Array.isArray(argument)) {
      return `<${argument.join('.')}>`;
    }
    if (name === 'Fn::Join' && Array.isArray(argument) && Array.isArray(argument[1])) {
      return argument[1].map(flatten).join(String(argument[0]));
    }
  }
  throw new Error(`cannot name the resource of a finding: expected an ARN of text, Ref, Fn::GetAtt or Fn::Join, got ${JSON.stringify(value)}`);
}
