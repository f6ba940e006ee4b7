import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit as auditVersion, packageArn } from '../audit/audit';
import { type AuditReport, type AuditScope, problemsOf } from '../audit/contract';
import { toHtml } from '../audit/page';
import { findPrediction } from '../audit/prediction';
import { approvalsOfLog, approvalsOfTrail } from '../audit/trail';
import { type Account, ACCOUNT_OPTIONS, openAccount } from './account';
import { type Command, CommandError, readArguments, readNumber } from './command';
import { EXIT } from './development';

export const audit: Command = {
  usage: 'audit --model NAME (--version N | --prediction ID [--row N] [--day YYYY-MM-DD]) [--environment ENV] [--aws] [--qualification-account ID] [--output FOLDER] [--json]',
  summary: 'everything on record about a version, compared with its hashes, as a page and JSON; exits 0 all agree, 2 something does not, 1 broken',
  async run(args) {
    const { values } = readArguments(args, {
      ...ACCOUNT_OPTIONS,
      version: { type: 'string' }, prediction: { type: 'string' }, row: { type: 'string' }, day: { type: 'string' }, output: { type: 'string', default: '.local/audit' },
      'qualification-account': { type: 'string' },
    });
    const account = await openAccount(values);
    const scope = scopeOf(account, values['qualification-account']);
    const prediction = values.prediction === undefined ? undefined : await findPrediction(scope, values.prediction, readNumber('row', values.row, { minimum: 0, maximum: 1e6 }) ?? 0, values.day);
    if (values.prediction !== undefined && prediction === undefined) {
      throw new CommandError(`no prediction ${values.prediction} is in the inference log of ${account.environment}${values.day === undefined ? '' : ` on ${values.day}`}`);
    }
    if (prediction === undefined && !/^\d+$/.test(values.version ?? '')) {
      throw new CommandError('name a version with --version, or a prediction with --prediction');
    }
    const report = await auditVersion(scope, prediction?.modelPackageArn ?? packageArn(scope, values.version ?? ''), prediction ?? null, new Date().toISOString());
    const files = write(report, values.output);
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${describe(report)}\n${files.join('\n')}\n`);
    return problemsOf(report).length === 0 ? EXIT.passed : EXIT.refused;
  },
};

function scopeOf({ environment, account, region, model, run }: Account, qualificationAccount: string | undefined): AuditScope {
  return {
    environment, account, region, model,
    signingKeyArn: (signer) => {
      const owner = run === undefined ? (qualificationAccount ?? account) : run.accounts[signer];
      return signer === environment || owner === undefined ? undefined : `arn:aws:kms:${region}:${owner}:alias/mlops-${signer}-${model}-verdicts`;
    },
    approvals: async (arn) => (run === undefined ? approvalsOfTrail(arn) : approvalsOfLog(run.folder, arn)),
  };
}

function write(report: AuditReport, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  const name = join(folder, `${report.model}-${report.modelPackageArn.split('/').at(-1)}`);
  writeFileSync(`${name}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${name}.html`, toHtml(report));
  return [`${name}.html`, `${name}.json`];
}

/** The audit for a terminal. */
function describe(report: AuditReport): string {
  const { manifest, verdicts, approvals, deployments, verifications } = report;
  const problems = problemsOf(report);
  const lines: [string, string][] = [
    ['version', report.modelPackageArn],
    ...(report.prediction === null ? [] : [['prediction', `${report.prediction.requestId} row ${report.prediction.row} at ${report.prediction.time}: ${JSON.stringify(report.prediction.output)}`] as [string, string]]),
    ...(manifest === null
      ? []
      : ([
          ['data', manifest.data.sources.map(({ uri, versionId }) => `${uri}@${versionId ?? 'no version'}`).join(', ')],
          ['code', `${manifest.code.repository} ${manifest.code.commit}`],
          ['parameters', `${Object.entries({ ...manifest.parameters.hyperparameters, seed: manifest.parameters.seed }).map(([name, value]) => `${name}=${value}`).join(' ')}, chosen by ${manifest.parameters.chosenBy}`],
          ['image', manifest.environment.imageDigest ?? manifest.environment.image],
        ] as [string, string][])),
    ['tests', verdicts.map(({ verdict }) => `${verdict.gate} ${verdict.outcome}`).join(', ') || 'none'],
    ['approval', approvals.map(({ status, who, time }) => `${status} by ${who} at ${time}`).join(', ') || report.approvalStatus],
    ['deployments', deployments.map(({ from, until }) => `${from} to ${until ?? 'now'}`).join(', ') || 'none'],
    ['comparisons', `${verifications.length - problems.length} of ${verifications.length} agree`],
    ...problems.map(({ part, what, outcome, expected, actual, uri }): [string, string] => [outcome.toUpperCase(), `${part}: ${what} (${uri ?? 'registry'}): recorded ${expected}, found ${actual}`]),
  ];
  return lines.map(([name, text]) => `${name.padEnd(12)} ${text}`).join('\n');
}
