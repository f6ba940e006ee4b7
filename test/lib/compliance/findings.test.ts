import { describe as tell, readFindings } from '../../../lib/compliance/findings';

const violation = (ruleName: string, constructPath: string, more: object = {}): object => ({
  ruleName,
  description: 'What the rule wants.',
  violatingConstructs: [{ constructPath }],
  ...more,
});

const report = (violations: object[], suppressedViolations: object[] = []): string =>
  JSON.stringify({ pluginReports: [{ pluginName: 'AwsSolutions', violations, suppressedViolations }] });

test('a finding without a reason is open', () => {
  const [pack] = readFindings(report([violation('AwsSolutions-S1', 'dev/Foundation/Data')]));
  expect(pack.open).toEqual([{ rule: 'AwsSolutions-S1', construct: 'dev/Foundation/Data', description: 'What the rule wants.' }]);
  expect(tell([pack])).toContain('OPEN AwsSolutions-S1 on dev/Foundation/Data');
});

test('an acknowledged finding is told with its reason, once for all that the reason covers', () => {
  const why = { reason: 'No resource-level permissions.', acknowledgedAt: 'dev/Access' };
  const packs = readFindings(report([], [violation('IAM5[a]', 'dev/Access/A', why), violation('IAM5[b]', 'dev/Access/B', why)]));
  expect(packs[0].open).toEqual([]);
  expect(tell(packs).split('\n')).toEqual([
    'AwsSolutions: 0 open, 2 acknowledged',
    '  No resource-level permissions.',
    '    IAM5[a] on dev/Access/A',
    '    IAM5[b] on dev/Access/B',
  ]);
});

test('a file of another form is refused', () => {
  expect(() => readFindings('{}')).toThrow(/has no pluginReports/);
});
