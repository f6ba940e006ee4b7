import { type CfnResource } from 'aws-cdk-lib';
import { type IApplyRule, type NagPack, NagRuleCompliance, type NagRuleResult } from 'cdk-nag';

/** What a rule said of one resource, before anybody explained anything. */
export interface Observation {
  readonly pack: string;
  /** With the pack's name, e.g. `AwsSolutions-S1`. */
  readonly rule: string;
  /** What the rule finds wrong where it fails. */
  readonly description: string;
  readonly construct: string;
  readonly result: 'compliant' | 'failed' | 'notApplicable';
}

/**
 * Watches a pack: every rule on every resource it is applied to, the compliant ones too, which its own report leaves out.
 *
 * @returns what was seen so far; filled when the pack runs
 */
export function observe(pack: NagPack): Observation[] {
  const seen: Observation[] = [];
  const original = (pack as unknown as { applyRule(params: IApplyRule): void }).applyRule.bind(pack);
  Object.defineProperty(pack, 'applyRule', {
    value: (params: IApplyRule) => {
      const suffix = params.ruleSuffixOverride ?? params.rule.name;
      seen.push({
        pack: pack.name,
        rule: `${pack.name}-${suffix}`,
        description: params.info,
        construct: params.node.node.path,
        result: resultOf(params.rule, params.node),
      });
      original(params);
    },
  });
  return seen;
}

function resultOf(rule: (node: CfnResource) => NagRuleResult, node: CfnResource): Observation['result'] {
  try {
    const result = rule(node);
    if (Array.isArray(result)) {
      return result.length === 0 ? 'compliant' : 'failed';
    }
    return ({ [NagRuleCompliance.COMPLIANT]: 'compliant', [NagRuleCompliance.NON_COMPLIANT]: 'failed', [NagRuleCompliance.NOT_APPLICABLE]: 'notApplicable' } as const)[result];
  } catch {
    // The pack reports a rule that throws as a finding.
    return 'failed';
  }
}
