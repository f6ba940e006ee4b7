import type { AccessReport, Grant, RoleAccess } from '../iam/report';
import { KEPT } from './kept-permissions';

/** Roles that do the same in different environments, seen as one. */
export interface Family {
  readonly name: string;
  readonly environments: readonly string[];
  /** Actions that at least one of its roles has used, with the calls of all. */
  readonly used: Readonly<Record<string, number>>;
  /** Actions that none of its roles has used: neither explained nor removed. */
  readonly unexplained: readonly string[];
  /** Actions that none of its roles has used and that stay, each with the reason why. */
  readonly kept: readonly { readonly action: string; readonly reason: string }[];
  /** Actions with a wildcard, or on every resource. */
  readonly wildcards: readonly string[];
}

/** `access.json`: every role with what it may do and did, and the same by families. */
export interface Access {
  readonly families: readonly Family[];
  readonly roles: AccessReport['roles'];
}

/** CloudFormation ends the names that it makes with random letters. */
const SUFFIX = /-[A-Z0-9]{12,13}$/;

/** Name of a role without its environment: `mlops-prod-employment-job` becomes `employment-job`. */
export function familyOf(name: string, environments: readonly string[]): { readonly family: string; readonly environment: string } | undefined {
  const plain = name.replace(SUFFIX, '');
  for (const environment of environments) {
    const match = new RegExp(`^(?:mlops-)?${environment}-(.+)$`).exec(plain);
    if (match?.[1] !== undefined) {
      return { family: match[1], environment };
    }
  }
  return undefined;
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort((a, b) => a.localeCompare(b));

function sumOf(roles: readonly RoleAccess[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [action, calls] of roles.flatMap(({ used }) => Object.entries(used))) {
    sum[action] = (sum[action] ?? 0) + calls;
  }
  return Object.fromEntries(Object.entries(sum).sort(([a], [b]) => a.localeCompare(b)));
}

/** An action is unused when no grant of it was used by any role of the family. */
function unusedOf(roles: readonly RoleAccess[]): string[] {
  const touched = (role: RoleAccess, action: string): boolean => !role.unused.some((grant) => grant.action === action) || Object.hasOwn(role.used, action);
  const granted = unique(roles.flatMap(({ unused }) => unused.map(({ action }) => action)));
  return granted.filter((action) => !roles.some((role) => holds(role, action) && touched(role, action)));
}

const holds = (role: RoleAccess, action: string): boolean => Object.hasOwn(role.used, action) || role.unused.some((grant) => grant.action === action);

export function reasonToKeep(family: string, action: string): string | undefined {
  return KEPT.find(({ roles, actions }) => roles.test(family) && (actions === undefined || actions.includes(action)))?.reason;
}

/** @param environments names of environments, the longer ones first where one begins another */
export function byFamily(report: AccessReport, environments: readonly string[]): Family[] {
  const groups = new Map<string, { readonly environment: string; readonly role: RoleAccess }[]>();
  for (const role of report.roles) {
    const { family, environment } = familyOf(role.name, environments) ?? { family: role.name, environment: '' };
    groups.set(family, [...groups.get(family) ?? [], { environment, role }]);
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([name, members]) => {
    const roles = members.map(({ role }) => role);
    const unused = unusedOf(roles);
    return {
      name,
      environments: unique(members.map(({ environment }) => environment)),
      used: sumOf(roles),
      unexplained: unused.filter((action) => reasonToKeep(name, action) === undefined),
      kept: unused.flatMap((action) => {
        const reason = reasonToKeep(name, action);
        return reason === undefined ? [] : [{ action, reason }];
      }),
      wildcards: unique(roles.flatMap(({ wildcards }) => wildcards.map(wildcardText))),
    };
  });
}

const wildcardText = ({ action, resources }: Grant): string => (resources.includes('*') ? `${action} on *` : action);

/** What somebody has to look at. */
export interface ShortAccess {
  /** `family: action`, never used and not explained. */
  readonly unexplained: readonly string[];
  /** `role: action on resource`. */
  readonly refused: readonly string[];
}

export const shortAccess = ({ families, roles }: Access): ShortAccess => ({
  unexplained: families.flatMap(({ name, unexplained }) => unexplained.map((action) => `${name}: ${action}`)),
  refused: roles.flatMap(({ name, refused }) => refused.map(({ action, resource, times }) => `${name}: ${action} on ${resource} (${times} times)`)),
});

/** `logs (8), xray (4)`: how many of each service; the list itself is in `access.json`. */
function shortened(wildcards: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const wildcard of wildcards) {
    const service = wildcard.split(':', 1)[0] ?? '';
    counts.set(service, (counts.get(service) ?? 0) + 1);
  }
  return [...counts].map(([service, count]) => `${service} (${count})`).join(', ');
}

/** The section of the summary: one line per family, and what nobody has explained. */
export function describeAccess(access: Access): string[] {
  const { families } = access;
  const { refused } = shortAccess(access);
  const lines = ['', '  access'];
  for (const family of families) {
    const used = Object.keys(family.used).length;
    const notes = [
      ...(family.kept.length > 0 ? [`${family.kept.length} kept for a reason`] : []),
      ...(family.wildcards.length > 0 ? [`wildcards: ${shortened(family.wildcards)}`] : []),
      ...(family.unexplained.length > 0 ? [`NEVER USED: ${family.unexplained.join(', ')}`] : []),
    ];
    lines.push(`    ${family.name.padEnd(40)} ${`${used} actions used`.padEnd(16)} ${notes.join('; ')}`.trimEnd());
  }
  if (refused.length > 0) {
    lines.push('  refused', ...refused.map((text) => `    ${text}`));
  }
  return lines;
}
