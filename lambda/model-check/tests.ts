import { z } from 'zod';
import type { Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { counted } from '../shared/words';

const { FAILED_TESTS, FEATURE_TESTS } = Checks.MODEL.measurements;

/** Failures that are told in full; the evidence has more. */
const TOLD = 5;

const count = z.number().int().nonnegative();

/** Other members, such as the resources that the tests used, are passed over. */
const reportSchema = z.object({
  version: z.literal('1'),
  runner: z.string(),
  passed: count,
  failed: count,
  skipped: count,
  features: count,
  tests: z.array(z.object({ name: z.string(), outcome: z.enum(['passed', 'failed', 'skipped']), seconds: z.number(), features: z.boolean(), message: z.string().optional() })),
});

/**
 * What the project's own tests said, as measurements. A report that is missing or of another form, and one in which no test ran, measures nothing; so do
 * tests of which none calls what makes features.
 *
 * @param problem why the report could not be read
 */
export function measureTests(content: unknown, problem?: string): Measurement[] {
  const parsed = reportSchema.safeParse(content);
  if (!parsed.success) {
    const { path = [], message = '' } = parsed.error.issues[0] ?? {};
    return nothing(problem ?? `tests.json is no report of tests: ${path.join('.') || 'it'}: ${message}`);
  }
  const { passed, failed, skipped, features, tests, runner } = parsed.data;
  const ran = passed + failed;
  if (ran === 0) {
    return nothing(`no test ran${skipped > 0 ? ` and ${skipped} skipped themselves` : ''}: the folder tests of the project needs files test_*.py with a unittest.TestCase`);
  }
  const seconds = Math.round(tests.reduce((sum, test) => sum + test.seconds, 0) * 10) / 10;
  const told = tests.filter(({ outcome }) => outcome === 'failed').slice(0, TOLD).map(({ name, message }) => `${name}: ${message ?? 'no reason given'}`);
  const failures = `${failed} of ${counted(ran, 'test')} failed: ${told.join('; ')}${failed > told.length ? `; and ${failed - told.length} more` : ''}`;
  const skips = skipped > 0 ? `, ${skipped} skipped` : '';
  return [
    {
      id: FAILED_TESTS, status: 'measured', value: failed, sampleSize: ran,
      explanation: failed > 0 ? failures : `all ${counted(ran, 'test')} passed in ${seconds} s${skips}`,
      details: { runner, passed, failed, skipped, tests },
    },
    features === 0
      ? { id: FEATURE_TESTS, status: 'notMeasured', explanation: `none of ${counted(passed, 'passed test')} calls what makes features: test the project's Features, as tabular.testing.FeatureTests does` }
      : { id: FEATURE_TESTS, status: 'measured', value: features, sampleSize: ran, explanation: `${features} of ${counted(passed, 'passed test')} ${features === 1 ? 'calls' : 'call'} what makes features` },
  ];
}

const nothing = (explanation: string): Measurement[] => [FAILED_TESTS, FEATURE_TESTS].map((id) => ({ id, status: 'notMeasured', explanation }));
