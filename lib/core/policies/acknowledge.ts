import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Packs of rules, by the name that their findings begin with. */
export type RulePack = 'AwsSolutions' | 'HIPAA.Security' | 'NIST.800.53.R5' | 'PCI.DSS.321' | 'Serverless' | 'Mlops';

/**
 * Records why a rule is not followed in `scope`, for each pack that has it, in the form that keeps the finding in the report beside its reason.
 *
 * @param rule without the pack's name, e.g. `LambdaInsideVPC`, or `IAM5[Resource::*]` for one finding of it
 * @param reason a sentence that a reviewer can check
 */
export function acknowledgeRule(scope: IConstruct, rule: string, packs: readonly RulePack[], reason: string): void {
  packs.forEach((pack) => Validations.of(scope).acknowledge({ id: `${pack}::${pack}-${rule}`, reason }));
}
