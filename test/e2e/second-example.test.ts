import { join } from 'node:path';
import type { Verdict } from '../../lambda/gate/contract';
import { runCli } from './cli';

jest.setTimeout(300_000);

const MODELS = join(__dirname, '..', '..', 'examples', 'models');

interface Result {
  readonly outcome: string;
  readonly error?: string;
  readonly cause?: string;
  readonly modelPackageArn?: string;
  readonly verdicts: readonly Verdict[];
}

/** A regression with timestamps, derived columns and tuning, and without attributes of persons: all that the first example is not. */
test('the second example is trained, tested and registered by the same process', async () => {
  const { stdout, stderr, code } = await runCli(['train', '--models', MODELS, '--model', 'housing', '--data', join(MODELS, 'housing', 'data', 'housing.parquet'), '--json']);
  if (!stdout.startsWith('{')) {
    throw new Error(`there is no result:\n${stderr.slice(-4000)}`);
  }
  const { outcome, error, cause, modelPackageArn, verdicts } = JSON.parse(stdout) as Result;
  expect([code, outcome, error, cause]).toEqual([0, 'registered', undefined, undefined]);
  expect(modelPackageArn).toMatch(/:model-package\/.*housing.*\/1$/);
  expect(verdicts.map(({ gate, mode, outcome: of }) => [gate, mode, of])).toEqual([['data', 'QUALITATIVE', 'passed'], ['model', 'QUALITATIVE', 'passed']]);
  const values = Object.fromEntries(verdicts.flatMap(({ criteria }) => criteria).map(({ id, value }) => [id, value]));
  expect(values['data.targetMean']).toBeCloseTo(3.99, 1);
  expect(values['model.rmse']).toBeLessThan(0.95);
  expect(values['model.baselineMargin']).toBeGreaterThan(0.14);
});
