import { type CfnResource, Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { NagRuleCompliance } from 'cdk-nag';
import { actionsOf, policyStatements, type PolicyStatement, principalsOf, resourcesOf } from './policies';
import type { Rule } from './rule';
import { listOrCompliant, member } from './states';

export const jobRoleOwnData: Rule = {
  name: 'JobRoleOwnData',
  info: 'A role of SageMaker jobs or models reaches objects beyond the folder of one model.',
  explanation: 'Code of one model project runs with this role; data and models of other projects are none of its business.',
  check: (node) => {
    const statements = statementsOfJobRole(node);
    if (statements === undefined) {
      return NagRuleCompliance.NOT_APPLICABLE;
    }
    const objects = statements.filter(({ Effect, ...rest }) => Effect === 'Allow' && actionsOf(rest).some(isObjectAction)).flatMap(resourcesOf);
    const folders = new Set(objects.map(folderOf));
    return listOrCompliant(folders.size <= 1 && !folders.has(undefined) ? [] : objects.filter((arn) => folderOf(arn) === undefined || folders.size > 1).map((arn) => `Resource::${arn}`));
  },
};

const isObjectAction = (action: string): boolean => /^(\*|s3:(\*|(Get|Put|Delete|Restore)(Object|\*).*))$/.test(action);

/** First folder of the objects of an ARN; undefined when it is open. */
const folderOf = (arn: string): string | undefined => /^arn:[^:]*:s3:::[^/*]+\/([^/*]+)\//.exec(arn)?.[1];

/** Statements of a role that SageMaker takes on, or of a policy attached to one; undefined for everything else. */
function statementsOfJobRole(node: CfnResource): PolicyStatement[] | undefined {
  const stack = Stack.of(node);
  if (node instanceof CfnRole && isJobRole(node)) {
    const policies = (stack.resolve(node.policies) as unknown[] | undefined) ?? [];
    return policies.length === 0 ? undefined : policies.flatMap((policy) => policyStatements(member(policy, 'policyDocument')));
  }
  if (!(node instanceof CfnManagedPolicy || node instanceof CfnPolicy)) {
    return undefined;
  }
  const attached = ((stack.resolve(node.roles) as unknown[] | undefined) ?? []).map((role) => member(role, 'Ref'));
  const jobRoles = stack.node.findAll().filter((other): other is CfnRole => other instanceof CfnRole && isJobRole(other));
  return jobRoles.some((role) => attached.includes(stack.resolve(role.logicalId))) ? policyStatements(stack.resolve(node.policyDocument)) : undefined;
}

/** Studio takes the role of a person as well, and tells whose it is: that is no role of a job. */
const isJobRole = (role: CfnRole): boolean => {
  const trust = policyStatements(Stack.of(role).resolve(role.assumeRolePolicyDocument)).filter((statement) => principalsOf(statement).includes('sagemaker.amazonaws.com'));
  return trust.length > 0 && !trust.some((statement) => actionsOf(statement).includes('sts:SetSourceIdentity'));
};
