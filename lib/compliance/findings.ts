/** Reads the report that every synthesis writes beside the templates, `validation-report.json`. */

export interface Finding {
  /** With the part of the resource that it is about, e.g. `AwsSolutions-IAM5[Resource::*]`. */
  readonly rule: string;
  readonly construct: string;
  readonly description: string;
  /** Why it is acknowledged, and on which construct; an open finding has none. */
  readonly acknowledged?: { readonly reason: string; readonly on: string; readonly place?: string };
}

/** What one pack of rules found. */
export interface PackReport {
  readonly pack: string;
  /** Findings that nobody explained: each must be mended or acknowledged. */
  readonly open: readonly Finding[];
  readonly acknowledged: readonly Finding[];
}

interface Violation {
  readonly ruleName: string;
  readonly description?: string;
  readonly violatingConstructs?: readonly { readonly constructPath?: string }[];
  readonly reason?: string;
  readonly acknowledgedAt?: string;
  readonly acknowledgedStackTrace?: string;
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations?: readonly Violation[];
    readonly suppressedViolations?: readonly Violation[];
  }[];
}

/** @throws when the text is not such a report. */
export function readFindings(text: string): PackReport[] {
  const report = JSON.parse(text) as Partial<Report>;
  if (!Array.isArray(report.pluginReports)) {
    throw new Error('validation-report.json has no pluginReports: it was not written by this version of aws-cdk-lib; synthesize again');
  }
  return (report as Report).pluginReports.map(({ pluginName, violations = [], suppressedViolations = [] }) => ({
    pack: pluginName,
    open: violations.flatMap(findingsOf),
    acknowledged: suppressedViolations.flatMap(findingsOf),
  }));
}

const findingsOf = ({ ruleName, description = '', violatingConstructs = [], reason, acknowledgedAt, acknowledgedStackTrace = '' }: Violation): Finding[] =>
  violatingConstructs.map(({ constructPath = 'unknown construct' }) => ({
    rule: ruleName,
    construct: constructPath,
    description,
    ...(reason === undefined ? {} : { acknowledged: { reason, on: acknowledgedAt ?? constructPath, place: placeIn(acknowledgedStackTrace) } }),
  }));

/** Helpers through which reasons go: the place that gave the reason called them. */
const HELPERS = /\/lib\/core\/(acknowledge|wildcards|object-access|foreign-objects)\.ts:/;

/** File and line, from the root of the repository, that gave a reason. */
function placeIn(trace: string): string | undefined {
  const frame = trace.split('\n').find((line) => /\.ts:\d+:\d+\)/.test(line) && !HELPERS.test(line));
  return frame === undefined ? undefined : /\(?([^()\s]+\.ts:\d+):\d+\)/.exec(frame)?.[1].replace(`${process.cwd()}/`, '');
}

/** The report for a person: what is open, then each reason with what it covers. */
export function describe(packs: readonly PackReport[]): string {
  return packs
    .flatMap(({ pack, open, acknowledged }) => [
      `${pack}: ${open.length} open, ${acknowledged.length} acknowledged`,
      ...open.map(({ rule, construct, description }) => `  OPEN ${rule} on ${construct}\n       ${description}`),
      ...reasonsOf(acknowledged).flatMap((reason) => [
        `  ${reason}`,
        ...acknowledged.filter((finding) => finding.acknowledged?.reason === reason).map(({ rule, construct }) => `    ${rule} on ${construct}`),
      ]),
    ])
    .join('\n');
}

const reasonsOf = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ acknowledged }) => acknowledged?.reason ?? ''))];
