/**
 * `npm run compliance [-- --json]`: synthesizes every environment and says what the rule packs found, and why what is acknowledged is acknowledged.
 * Exits with 1 when a finding is not explained or the synthesis failed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type PackReport, readFindings } from './findings';

function report(): PackReport[] {
  const assembly = mkdtempSync(join(tmpdir(), 'mlops-compliance-'));
  try {
    // The toolkit brings the feature flags of cdk.json. It exits with 1 on open findings, which are the answer and not a failure here.
    const { stdout, stderr } = spawnSync('npx', ['cdk', 'synth', '--quiet', '--output', assembly], { encoding: 'utf8' });
    const file = join(assembly, 'validation-report.json');
    if (!existsSync(file)) {
      throw new Error(`the synthesis failed before the rules could run:\n${stdout}${stderr}`);
    }
    return readFindings(readFileSync(file, 'utf8'));
  } finally {
    rmSync(assembly, { recursive: true, force: true });
  }
}

try {
  const packs = report();
  console.log(process.argv.includes('--json') ? JSON.stringify(packs, undefined, 2) : describe(packs));
  process.exitCode = packs.some(({ open }) => open.length > 0) ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
