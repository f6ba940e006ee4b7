/** `npm run cost`: computes the idle cost of every environment from its templates and `docs/prices.json`, and writes the table of `docs/cost.md`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import cdk from '../cdk.json';
import prices from '../docs/prices.json';
import { costTable, idleCosts, paidTypes, withTable } from '../lib/compliance/cost';
import { makeBlueprint } from './blueprint';
import { standingEndpoints } from './standing-endpoints';

process.env.CDK_VALIDATION = 'false';
const PAGE = 'docs/cost.md';
const assembly = mkdtempSync(join(tmpdir(), 'mlops-cost-'));
try {
  const app = new App({ context: { ...cdk.context }, outdir: assembly });
  const { environments, models } = makeBlueprint(app);
  const stacks = app.synth().stacksRecursively.map(({ hierarchicalId, template }) => ({
    environment: hierarchicalId.split('/')[0],
    types: paidTypes((template as { Resources?: Record<string, { Type: string }> }).Resources),
  }));
  const table = costTable(idleCosts(stacks, standingEndpoints(environments, models), prices), prices);
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), table));
  console.log(`${table}\n\nwritten to ${PAGE}, with prices of ${prices.date}`);
} finally {
  rmSync(assembly, { recursive: true, force: true });
}
