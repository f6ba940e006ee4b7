import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

/** IAM's limit of characters in a managed policy. */
const MAXIMUM_POLICY_SIZE = 6144;

/**
 * A role whose permissions are managed policies: each change is a version that IAM keeps and that can be looked at, where an inline policy is
 * overwritten. Statements beyond the size of one policy go to another.
 */
export class ManagedRole extends iam.Role {
  private policies: iam.ManagedPolicy[] = [];

  public override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const last = this.policies.at(-1);
    const policy = last !== undefined && this.sizeOf(last.document) + this.sizeOf(statement) <= MAXIMUM_POLICY_SIZE ? last : this.addPolicy();
    policy.addStatements(statement);
    return { statementAdded: true, policyDependable: policy };
  }

  private addPolicy(): iam.ManagedPolicy {
    const number = this.policies.length + 1;
    const policy = new iam.ManagedPolicy(this, number === 1 ? 'Policy' : `Policy${number}`, { roles: [this] });
    this.policies.push(policy);
    return policy;
  }

  /** Rather too much than too little: references are longer in a template than what they become. */
  private sizeOf(part: iam.PolicyDocument | iam.PolicyStatement): number {
    return JSON.stringify(Stack.of(this).resolve(part.toJSON()) ?? '').length;
  }
}
