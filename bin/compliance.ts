/**
 * `npm run compliance`: holds every environment to every rule and writes `compliance/report.{json,csv,html}`.
 * Exits with 1 when something is not explained.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import cdk from '../cdk.json';
import { answer } from '../lib/compliance/controls';
import { toCsv } from '../lib/compliance/csv';
import { readFindings } from '../lib/compliance/findings';
import { toHtml } from '../lib/compliance/html';
import { inventoryOf } from '../lib/compliance/inventory';
import { observe } from '../lib/compliance/observe';
import { rulePacks } from '../lib/compliance/packs';
import { accessCells, type ComplianceReport, countsOf, unexplained } from '../lib/compliance/report';
import { resultsOf } from '../lib/compliance/results';
import { makeBlueprint } from './blueprint';
import { sourceOf } from './source';

const OUTPUT = 'compliance';

// A rule of cdk-nag reads a deprecated property of every event bus policy.
process.env.JSII_DEPRECATED ??= 'quiet';

function examine(assembly: string): ComplianceReport {
  const app = new App({ context: { ...cdk.context }, outdir: assembly });
  const { environments } = makeBlueprint(app);
  const packs = rulePacks(app);
  const observations = packs.map(observe);
  Validations.of(app).addPlugins(...packs);
  try {
    app.synth();
  } catch (error) {
    // Open findings end the synthesis with this error; they are what the report is for.
    if (!String(error).includes('Validation failed')) {
      throw error;
    }
  }
  const findings = readFindings(readFileSync(join(assembly, 'validation-report.json'), 'utf8'));
  const names = packs.map(({ name }) => name);
  const own = findings.filter(({ pack }) => names.includes(pack));
  const stacks = new CloudAssembly(assembly).stacksRecursively;
  return {
    commit: sourceOf('.').commit,
    createdAt: new Date().toISOString(),
    environments: [...new Set(stacks.map(({ hierarchicalId }) => hierarchicalId.split('/')[0]))],
    packs: names,
    results: resultsOf(observations.flat(), own),
    templates: findings.filter(({ pack }) => !names.includes(pack)),
    access: accessCells(environments),
    inventory: inventoryOf(stacks.map(({ hierarchicalId, stackName, template }) => ({ environment: hierarchicalId.split('/')[0], stack: stackName, template: template as object }))),
    controls: answer(app.node.findAll().map(({ node }) => node.path)),
  };
}

const assembly = mkdtempSync(join(tmpdir(), 'mlops-compliance-'));
try {
  const report = examine(assembly);
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(join(OUTPUT, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(OUTPUT, 'report.csv'), toCsv(report));
  writeFileSync(join(OUTPUT, 'report.html'), toHtml(report));
  for (const { environment, pack, rules, applicable, compliant, acknowledged, open } of countsOf(report)) {
    console.log(`${environment.padEnd(12)} ${pack.padEnd(15)} ${applicable} of ${rules} rules apply: ${compliant} compliant, ${acknowledged} acknowledged, ${open} unexplained`);
  }
  const problems = unexplained(report);
  problems.forEach((problem) => console.error(`UNEXPLAINED ${problem}`));
  console.log(`${OUTPUT}/report.html, report.json, report.csv: ${problems.length === 0 ? 'everything is explained' : `${problems.length} unexplained`}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(assembly, { recursive: true, force: true });
}
