import { existsSync, readFileSync } from 'node:fs';
import { ListModelPackagesCommand } from '@aws-sdk/client-sagemaker';
import * as clients from '../../lambda/shared/runtime/clients';
import { collectVerdicts } from '../../lambda/shared/score/collect';
import type { ComplianceFact, MlTestScore, ScoreFacts } from '../../lambda/shared/score/contract';
import { scoreOf } from '../../lambda/shared/score/score';
import { type Account, ACCOUNT_OPTIONS, openAccount } from './account';
import { type Command, readArguments } from './command';
import { readVersion } from './versions';

const COMPLIANCE_REPORT = 'compliance/report.json';

export const score: Command = {
  usage: 'score --model NAME [--version N] [--environment ENV] [--aws] [--json]',
  summary: 'the ML Test Score of a model from what is on record now, each test with its evidence',
  async run(args) {
    const { values } = readArguments(args, { ...ACCOUNT_OPTIONS, version: { type: 'string' } });
    const account = await openAccount(values);
    const version = await versionFacts(account, values.version);
    const bucket = `mlops-${account.environment}-evidence-${account.account}-${account.region}`;
    const verdicts = await collectVerdicts(bucket, account.model, version?.manifest.gates.map(({ verdictUri }) => verdictUri));
    const result = scoreOf({ model: account.model, version, verdicts, compliance: complianceFact() }, new Date().toISOString());
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${describe(result)}\n`);
    return 0;
  },
};

/** The version that was asked for, or the newest one. */
async function versionFacts(account: Account, version: string | undefined): Promise<ScoreFacts['version']> {
  if (version !== undefined) {
    return readVersion(account, version);
  }
  const { ModelPackageSummaryList: [newest] = [] } = await clients.sageMaker().send(
    new ListModelPackagesCommand({ ModelPackageGroupName: `${account.environment}-${account.model}`, SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 1 }),
  );
  return newest?.ModelPackageVersion === undefined ? undefined : readVersion(account, String(newest.ModelPackageVersion));
}

/** What `npm run compliance` found last, as far as the score reads it. */
function complianceFact(): ComplianceFact | undefined {
  if (!existsSync(COMPLIANCE_REPORT)) {
    return undefined;
  }
  const { commit, results, templates } = JSON.parse(readFileSync(COMPLIANCE_REPORT, 'utf8')) as {
    commit: string; results: { open: unknown[] }[]; templates: { open: unknown[] }[];
  };
  const open = [...results, ...templates].reduce((sum, { open: found }) => sum + found.length, 0);
  return { uri: COMPLIANCE_REPORT, commit, unexplained: open, rules: results.length };
}

/** The score for a terminal. */
function describe({ score: least, sections, tests, model, packageDigest }: MlTestScore): string {
  const lines = tests.map(({ id, points, title, reason, evidence }) => [
    `  ${id}  ${points.toFixed(1)}  ${title}`,
    `           ${reason}`,
    ...evidence.slice(0, 3).map((uri) => `           ${uri}`),
  ]);
  return [
    `ML Test Score of ${model}${packageDigest === null ? '' : ` (${packageDigest.slice(0, 12)})`}: ${least}`,
    `  ${Object.entries(sections).map(([name, sum]) => `${name} ${sum}`).join(', ')}; the score is the least of them`,
    ...lines.flat(),
  ].join('\n');
}
