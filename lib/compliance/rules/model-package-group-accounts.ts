import { Stack } from 'aws-cdk-lib';
import { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { NagRuleCompliance } from 'cdk-nag';
import { policyStatements, principalsOf } from './policies';
import type { Rule } from './rule';
import { compliantIf } from './states';

/** An account, or a principal in one. */
const ACCOUNT = /^(\d{12}|arn:[^:]*:(iam|sts)::\d{12}:.+)$/;

export const modelPackageGroupAccounts: Rule = {
  name: 'ModelPackageGroupAccounts',
  info: 'The policy of the model package group lets in somebody who is not named by account.',
  explanation: 'Whoever may use a model package may deploy the model; the registry names the accounts that do.',
  check: (node) => {
    if (!(node instanceof CfnModelPackageGroup)) {
      return NagRuleCompliance.NOT_APPLICABLE;
    }
    const allowed = policyStatements(Stack.of(node).resolve(node.modelPackageGroupPolicy)).filter(({ Effect }) => Effect === 'Allow');
    return compliantIf(allowed.every((statement) => principalsOf(statement).length > 0 && principalsOf(statement).every((principal) => ACCOUNT.test(principal))));
  },
};
