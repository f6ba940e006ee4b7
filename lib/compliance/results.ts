import type { Finding, PackReport } from './findings';
import type { Observation } from './observe';

/** A rule in one environment. */
export interface RuleResult {
  readonly environment: string;
  readonly pack: string;
  readonly rule: string;
  readonly description: string;
  /** Paths of resources that follow the rule. */
  readonly compliant: readonly string[];
  readonly acknowledged: readonly Finding[];
  readonly open: readonly Finding[];
  /** Number of resources that the rule has nothing to say about. */
  readonly notApplicable: number;
}

/** Joins what rules saw with what was acknowledged, for each environment, pack and rule, in the order of the packs. */
export function resultsOf(observations: readonly Observation[], packs: readonly PackReport[]): RuleResult[] {
  const groups = groupBy(observations, ({ construct, rule }) => `${environmentOf(construct)} ${rule}`);
  const findings = packs.flatMap(({ open, acknowledged }) => [...open, ...acknowledged]);
  const byRule = groupBy(findings, (finding) => `${environmentOf(finding.construct)} ${plainRule(finding.rule)}`);
  return [...groups].map(([key, group]) => {
    const [{ construct, pack, rule, description }] = group;
    const found = byRule.get(key) ?? [];
    return {
      environment: environmentOf(construct),
      pack,
      rule,
      description,
      compliant: group.filter(({ result }) => result === 'compliant').map((observation) => observation.construct),
      acknowledged: found.filter(({ acknowledged }) => acknowledged !== undefined),
      open: found.filter(({ acknowledged }) => acknowledged === undefined),
      notApplicable: group.filter(({ result }) => result === 'notApplicable').length,
    };
  });
}

/** First part of a construct's path: the stage. */
export const environmentOf = (construct: string): string => construct.split('/')[0] ?? '';

/** Without the part of the resource that a finding is about. */
export const plainRule = (rule: string): string => rule.replace(/\[.*$/s, '');

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}
