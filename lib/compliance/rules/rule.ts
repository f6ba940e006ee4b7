import type { CfnResource } from 'aws-cdk-lib';
import type { NagRuleResult } from 'cdk-nag';

/** A rule on one kind of resources. */
export interface Rule {
  /** Its findings are named `Mlops-<name>`. */
  readonly name: string;
  /** What is wrong with a resource that fails it. */
  readonly info: string;
  /** Why it matters. */
  readonly explanation: string;
  /** Looks at one resource; a list names each finding within it. */
  readonly check: (node: CfnResource) => NagRuleResult;
}
