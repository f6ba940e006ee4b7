import { type ComplianceReport, isApplicable } from './report';

const COLUMNS = ['environment', 'pack', 'rule', 'resource', 'status', 'finding', 'reason', 'place'] as const;

/** One line for each rule and resource; a rule that concerns no resource of an environment has one line without a resource. */
export function toCsv({ results }: ComplianceReport): string {
  const rows = results.flatMap((result) => {
    const { environment, pack, rule, compliant, acknowledged, open } = result;
    const row = (resource: string, status: string, finding = '', reason = '', place = ''): string[] => [environment, pack, rule, resource, status, finding, reason, place];
    if (!isApplicable(result)) {
      return [row('', 'not applicable')];
    }
    return [
      ...open.map((finding) => row(finding.construct, 'unexplained', finding.rule)),
      ...acknowledged.map((finding) => row(finding.construct, 'acknowledged', finding.rule, finding.acknowledged?.reason, finding.acknowledged?.place)),
      ...compliant.map((resource) => row(resource, 'compliant')),
    ];
  });
  return [COLUMNS, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

/** A leading sign would make a spreadsheet calculate. */
const quoted = (value: string): string => `"${(/^[=+@-]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
