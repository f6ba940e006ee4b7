import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { noteRisk } from '../../../../lib/compliance/risk';
import { findings } from './support';

const RULE = 'LogRetention';
const logs = (riskRating: string, retention: RetentionDays) =>
  findings(RULE, (scope) => {
    noteRisk(scope as Construct, riskRating);
    new LogGroup(scope, 'Logs', { retention });
  });

test.each([RetentionDays.ONE_YEAR, RetentionDays.INFINITE])('a high-risk model that keeps its logs for %s days complies', (retention) => {
  expect(logs('High', retention)).toEqual([]);
});

test('one that keeps them for 180 days does not: half a year has up to 184', () => {
  expect(logs('High', RetentionDays.SIX_MONTHS)).toEqual([RULE]);
});

test('a model without high risk may keep them shorter', () => {
  expect(logs('Low', RetentionDays.ONE_WEEK)).toEqual([]);
});
