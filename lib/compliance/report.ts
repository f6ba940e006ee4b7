import { PERMISSIONS, permissionsOf, ROLES } from '../access/access-table';
import type { EnvironmentConfig } from '../config/environment';
import type { AnsweredControl } from './controls';
import type { PackReport } from './findings';
import type { InventoryItem } from './inventory';
import type { RuleResult } from './results';

/** Everything that the report says; the files are written from it. */
export interface ComplianceReport {
  /** Commit of the code, for the record. */
  readonly commit: string;
  readonly createdAt: string;
  readonly environments: readonly string[];
  readonly packs: readonly string[];
  readonly results: readonly RuleResult[];
  /** Findings of the rules of aws-cdk-lib on whole templates. */
  readonly templates: readonly PackReport[];
  readonly access: readonly AccessCell[];
  readonly inventory: readonly InventoryItem[];
  readonly controls: readonly AnsweredControl[];
}

/** What a role may do in an environment. */
export interface AccessCell {
  readonly role: string;
  readonly environment: string;
  readonly permissions: readonly string[];
}

export const accessCells = (environments: readonly EnvironmentConfig[]): AccessCell[] =>
  ROLES.flatMap((role) =>
    environments.map((environment) => ({ role, environment: environment.name, permissions: PERMISSIONS.filter((permission) => permissionsOf(role, environment).includes(permission)) })),
  );

/** What nobody explained, one line each; the report fails on any. */
export const unexplained = ({ results, templates, controls }: ComplianceReport): string[] => [
  ...results.flatMap(({ open }) => open.map(({ rule, construct, description }) => `${rule} on ${construct}: ${description}`)),
  ...templates.flatMap(({ pack, open }) => open.map(({ rule, construct, description }) => `${pack} ${rule} on ${construct}: ${description}`)),
  ...controls.filter(({ places }) => places.length === 0).map(({ source, id, path }) => `${source} ${id}: no construct is found at ${path}; mend lib/compliance/controls.ts`),
];

export interface PackCount {
  readonly environment: string;
  readonly pack: string;
  readonly rules: number;
  /** Rules that found a resource to look at. */
  readonly applicable: number;
  readonly compliant: number;
  readonly acknowledged: number;
  readonly open: number;
}

/** Figures for each environment and pack. */
export const countsOf = ({ environments, packs, results }: ComplianceReport): PackCount[] =>
  environments.flatMap((environment) =>
    packs.map((pack) => {
      const rules = results.filter((result) => result.environment === environment && result.pack === pack);
      const sum = (value: (result: RuleResult) => number): number => rules.reduce((total, result) => total + value(result), 0);
      return {
        environment,
        pack,
        rules: rules.length,
        applicable: rules.filter(isApplicable).length,
        compliant: sum(({ compliant }) => compliant.length),
        acknowledged: sum(({ acknowledged }) => acknowledged.length),
        open: sum(({ open }) => open.length),
      };
    }),
  );

export const isApplicable = ({ compliant, acknowledged, open }: RuleResult): boolean => compliant.length + acknowledged.length + open.length > 0;

/** How often one rule is acknowledged. */
export interface RuleCount {
  /** With the pack's name. */
  readonly rule: string;
  readonly description: string;
  readonly findings: number;
  readonly reasons: number;
  /** By environment. */
  readonly by: Readonly<Record<string, number>>;
}

/** Acknowledgements by rule, the most frequent first. */
export function ruleCountsOf({ results, environments }: ComplianceReport): RuleCount[] {
  const noted = results.filter(({ acknowledged }) => acknowledged.length > 0);
  return [...new Set(noted.map(({ rule }) => rule))]
    .map((rule) => {
      const own = noted.filter((result) => result.rule === rule);
      const findings = own.flatMap(({ acknowledged }) => acknowledged);
      const inEnvironment = (name: string): number => own.filter(({ environment }) => environment === name).reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
      return {
        rule,
        description: own[0].description,
        findings: findings.length,
        reasons: new Set(findings.map(({ acknowledged }) => acknowledged?.reason)).size,
        by: Object.fromEntries(environments.map((name) => [name, inEnvironment(name)])),
      };
    })
    .toSorted((left, right) => right.findings - left.findings);
}

/** A reason with all that it explains. */
export interface Explanation {
  readonly reason: string;
  /** Files and lines that give it. */
  readonly places: readonly string[];
  readonly rules: readonly string[];
  readonly resources: readonly string[];
  readonly findings: number;
}

/** Reasons, those that explain most first. */
export function explanationsOf({ results }: ComplianceReport): Explanation[] {
  const reasons = new Map<string, { places: Set<string>; rules: Set<string>; resources: Set<string>; findings: number }>();
  for (const { rule, acknowledged } of results) {
    for (const { construct, acknowledged: explained } of acknowledged) {
      const reason = explained?.reason ?? '';
      const entry = reasons.get(reason) ?? { places: new Set(), rules: new Set(), resources: new Set(), findings: 0 };
      reasons.set(reason, entry);
      entry.places.add(explained?.place ?? explained?.on ?? '');
      entry.rules.add(rule);
      entry.resources.add(construct);
      entry.findings += 1;
    }
  }
  return [...reasons]
    .map(([reason, { places, rules, resources, findings }]) => ({ reason, places: [...places].toSorted(), rules: [...rules].toSorted(), resources: [...resources].toSorted(), findings }))
    .toSorted((left, right) => right.findings - left.findings);
}
