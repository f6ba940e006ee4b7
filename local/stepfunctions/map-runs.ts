import type { DescribeMapRunInput, DescribeMapRunOutput, ListMapRunsInput, ListMapRunsOutput } from '@aws-sdk/client-sfn';
import { ServiceError } from '../core/service';
import { notRedrivable, page, type MapRun, type Store } from './store';

const LIST_LIMIT = 1000;

type Counts = NonNullable<DescribeMapRunOutput['itemCounts']>;

/** @param weigh how much each child counts */
function countsOf({ children, batches, written }: MapRun, weigh: (index: number) => number): Counts {
  const counts = { pending: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0, total: 0, resultsWritten: 0, failuresNotRedrivable: 0, pendingRedrive: 0 };
  const names = { RUNNING: 'running', SUCCEEDED: 'succeeded', FAILED: 'failed', TIMED_OUT: 'timedOut', ABORTED: 'aborted' } as const;
  for (const index of batches.keys()) {
    const child = children[index];
    const weight = weigh(index);
    counts.total += weight;
    counts[child === undefined ? 'pending' : names[child.status]] += weight;
    counts.resultsWritten += written && child !== undefined ? weight : 0;
    counts.failuresNotRedrivable += child !== undefined && !['SUCCEEDED', 'RUNNING'].includes(child.status) && notRedrivable(child) !== undefined ? weight : 0;
  }
  return counts;
}

/** Operations on Map Runs. */
export class MapRuns {
  constructor(private readonly store: Store) {}

  readonly describe = async ({ mapRunArn = '' }: DescribeMapRunInput): Promise<DescribeMapRunOutput> => {
    const run = this.store.mapRuns.get(mapRunArn);
    if (run === undefined) {
      throw new ServiceError('ResourceNotFound', `Resource not found: '${mapRunArn}'`);
    }
    return {
      mapRunArn,
      executionArn: run.executionArn,
      status: run.status,
      startDate: run.startDate,
      stopDate: run.stopDate,
      maxConcurrency: run.maxConcurrency,
      toleratedFailureCount: run.toleratedFailureCount,
      toleratedFailurePercentage: run.toleratedFailurePercentage,
      itemCounts: countsOf(run, (index) => run.batches[index] ?? 1),
      executionCounts: countsOf(run, () => 1),
      redriveCount: run.redriveCount,
      redriveDate: run.redriveDate,
    };
  };

  readonly list = async ({ executionArn = '', maxResults, nextToken }: ListMapRunsInput): Promise<ListMapRunsOutput> => {
    this.store.execution(executionArn);
    const found = [...this.store.mapRuns.values()].filter((run) => run.executionArn === executionArn);
    const { items, nextToken: next } = page(found, maxResults, nextToken, LIST_LIMIT);
    return {
      mapRuns: items.map(({ arn, stateMachineArn, startDate, stopDate }) => ({ executionArn, mapRunArn: arn, stateMachineArn, startDate, stopDate })),
      nextToken: next,
    };
  };
}
