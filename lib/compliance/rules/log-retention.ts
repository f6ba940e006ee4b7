import { Stack } from 'aws-cdk-lib';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { NagRuleCompliance } from 'cdk-nag';
import { isHighRisk } from '../risk';
import type { Rule } from './rule';
import { compliantIf } from './states';

/** The longest six months have 184 days: Articles 19(1) and 26(6) of the EU AI Act. */
export const MINIMUM_LOG_DAYS = 184;

export const logRetention: Rule = {
  name: 'LogRetention',
  info: `Logs of a high-risk model are kept for less than ${MINIMUM_LOG_DAYS} days.`,
  explanation: 'The EU AI Act asks providers and deployers of high-risk systems to keep their logs for at least six months (Articles 19(1), 26(6)).',
  check: (node) => {
    if (!(node instanceof CfnLogGroup) || !isHighRisk(node)) {
      return NagRuleCompliance.NOT_APPLICABLE;
    }
    const days: unknown = Stack.of(node).resolve(node.retentionInDays);
    // Without a retention a log group keeps everything.
    return compliantIf(days === undefined || (typeof days === 'number' && days >= MINIMUM_LOG_DAYS));
  },
};
