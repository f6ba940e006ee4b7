import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byFamily, type Access } from './access';
import { MemoryMeter } from './memory';
import type { Story } from './story';
import { STEPS } from './steps';
import { type StepResult, summarize, type Summary } from './summary';

export interface RunOptions {
  /** Stop after this step. @default - run all */
  readonly lastStep?: number;
  /** Processes whose memory counts, with everything they start. */
  readonly processes: () => readonly number[];
  readonly startedAt: Date;
  /** Resource types of the deployed templates that have no behaviour locally. */
  readonly acceptedTypes: readonly string[];
}

/** Tells the story and writes `summary.json` into the run's folder; ends at the first step that goes another way. */
export async function runStory(story: Story, options: RunOptions): Promise<Summary> {
  const meter = new MemoryMeter(options.processes);
  const steps = STEPS.filter(({ number }) => number <= (options.lastStep ?? STEPS.length));
  const results: StepResult[] = [];
  let prepared: Promise<void> | undefined;
  for (const [i, step] of steps.entries()) {
    story.reporter.step(step.number, STEPS.length, step.title);
    const started = performance.now();
    const running = (prepared ?? Promise.resolve()).then(() => step.run(story));
    prepared = steps[i + 1]?.prepare?.(story);
    // Whoever awaits the preparation reports its failure; until then it must not count as unhandled.
    prepared?.catch(() => {});
    const result = await running.then(
      (sentence): Pick<StepResult, 'outcome' | 'sentence'> => ({ outcome: 'ok', sentence }),
      (error: unknown): Pick<StepResult, 'outcome' | 'sentence'> => ({
        outcome: 'failed',
        sentence: error instanceof Error ? (error.name === 'StoryError' ? error.message : `${error.name}: ${error.message}`) : String(error),
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    results.push({ number: step.number, title: step.title, ...result, seconds });
    if (result.outcome === 'failed') {
      story.reporter.failed(result.sentence);
      break;
    }
    story.reporter.done(result.sentence, seconds);
  }
  meter.stop();
  const summary = await summarize(story, { steps: results, startedAt: options.startedAt, peakMemoryBytes: meter.peakBytes, acceptedTypes: options.acceptedTypes });
  writeFileSync(join(story.world.address.folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

/** Writes `access.json` into the run's folder: what every role may do and did. @returns undefined where permissions are not enforced */
export async function reportAccess(story: Story): Promise<Access | undefined> {
  const report = await story.access();
  if (report === undefined) {
    return undefined;
  }
  const environments = Object.keys(story.world.address.accounts).toSorted((a, b) => b.length - a.length);
  const access: Access = { families: byFamily(report, environments), roles: report.roles };
  writeFileSync(join(story.world.address.folder, 'access.json'), `${JSON.stringify(access, null, 2)}\n`);
  return access;
}

/** The summary for the terminal. */
export function describe(summary: Summary): string {
  const lines = ['', summary.succeeded ? 'The story went as told.' : 'The story went another way.', ''];
  for (const step of summary.steps) {
    lines.push(`  ${step.outcome === 'ok' ? 'ok    ' : 'FAILED'} ${String(step.number).padStart(2)}  ${step.title} (${step.seconds.toFixed(1)} s)`);
  }
  lines.push('', '  versions');
  for (const version of summary.versions) {
    lines.push(`    ${version.modelPackageArn.split('/').slice(-2).join(' ').padEnd(24)} ${version.approval}`);
  }
  lines.push('', '  verdicts');
  const counts = new Map<string, number>();
  for (const { environment, gate, outcome } of summary.verdicts) {
    const key = `${environment} ${gate} ${outcome}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) {
    lines.push(`    ${key.padEnd(32)} ${count}`);
  }
  lines.push('', '  traffic');
  for (const [name, traffic] of Object.entries(summary.traffic)) {
    lines.push(
      `    ${name.padEnd(40)} ${traffic.served} of ${traffic.requests} requests served, p50 ${traffic.p50Milliseconds} ms, p99 ${traffic.p99Milliseconds} ms`,
    );
  }
  lines.push('', `  accepted, without behaviour: ${summary.acceptedWithoutBehaviour.join(', ') || 'nothing'}`);
  const faults = summary.verdicts.flatMap(({ evidenceFaults }) => evidenceFaults);
  lines.push('', `  evidence ${faults.length === 0 ? `of ${summary.verdicts.length} verdicts is complete and unaltered` : `FAULTS: ${faults.join('; ')}`}`);
  lines.push(`  ${summary.seconds.toFixed(1)} s, peak memory ${(summary.peakMemoryBytes / 1e9).toFixed(2)} GB`, '');
  return lines.join('\n');
}
