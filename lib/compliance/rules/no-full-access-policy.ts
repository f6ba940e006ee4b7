import { Stack } from 'aws-cdk-lib';
import { CfnGroup, CfnRole, CfnUser } from 'aws-cdk-lib/aws-iam';
import { NagRuleCompliance } from 'cdk-nag';
import type { Rule } from './rule';
import { listOrCompliant, textOf } from './states';

/** `AmazonSageMakerFullAccess`, `AmazonS3FullAccess`, `AdministratorAccess`, `PowerUserAccess` and the like. */
const WIDE = /:aws:policy\/(?:.*\/)?(\w*FullAccess\w*|AdministratorAccess\w*|PowerUserAccess)$/;

export const noFullAccessPolicy: Rule = {
  name: 'NoFullAccessPolicy',
  info: 'A managed policy of AWS that allows everything in a service is attached.',
  explanation: 'AmazonSageMakerFullAccess, for one, reads and deletes objects far beyond one model, and AWS widens it over time.',
  check: (node) => {
    if (!(node instanceof CfnRole || node instanceof CfnUser || node instanceof CfnGroup)) {
      return NagRuleCompliance.NOT_APPLICABLE;
    }
    const attached = (Stack.of(node).resolve(node.managedPolicyArns) as unknown[] | undefined) ?? [];
    return listOrCompliant(attached.flatMap((arn) => WIDE.exec(textOf(arn) ?? '')?.[1] ?? []).map((policy) => `Policy::${policy}`));
  },
};
