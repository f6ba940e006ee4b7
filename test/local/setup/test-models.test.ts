import { readUnittest, testModels } from '../../../local/setup/test-models';

const ending = (verdict: string, ran = 5): string => `.....\n----------\nRan ${ran} tests in 0.100s\n\n${verdict}\n`;

describe('the counts of a unittest run', () => {
  test('are all passed when it says OK', () => {
    expect(readUnittest(ending('OK'), 0)).toEqual({ passed: 5, failed: 0 });
  });

  test('count failures and errors', () => {
    expect(readUnittest(ending('FAILED (failures=1, errors=2)'), 1)).toEqual({ passed: 2, failed: 3 });
  });

  test('leave out skipped tests', () => {
    expect(readUnittest(ending('OK (skipped=2)'), 0)).toEqual({ passed: 3, failed: 0 });
    expect(readUnittest(ending('FAILED (failures=1, skipped=2)'), 1)).toEqual({ passed: 2, failed: 1 });
  });

  test('are a failure when no test ran', () => {
    expect(readUnittest(ending('NO TESTS RAN', 0), 0)).toEqual({ passed: 0, failed: 1 });
  });

  test('are a failure when the run broke before its end', () => {
    expect(readUnittest('Segmentation fault', null)).toEqual({ passed: 0, failed: 1 });
  });
});

test('a folder without tested model projects is an error, not a pass', async () => {
  await expect(testModels('/nowhere', () => undefined)).rejects.toThrow('no model project in "/nowhere" has a folder tests with test_*.py');
});
