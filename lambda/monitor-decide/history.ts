import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { parseJson } from '../shared/storage/s3';
import type { MonitorInput } from '../starter/contract';

/** A window that was judged. */
export interface HistoryEntry {
  readonly windowId: string;
  readonly cause: MonitorInput['cause'];
  readonly breach: boolean;
  readonly end: string;
  readonly windowUri: string;
  readonly labelsUris: readonly string[];
  readonly verdictUri: string;
}

/** What the monitor remembers. */
export interface MonitorHistory {
  /** The last scheduled window that was judged: the next one begins where it ended. */
  readonly last?: { readonly end: string; readonly windowUri: string };
  /** Newest last. */
  readonly entries: readonly HistoryEntry[];
  /** When retraining was asked for last, ISO 8601. */
  readonly retrainingAt?: string;
}

const KEY = { pk: { S: 'monitor' } };

/** Windows that are remembered: more than any `monitoring.retraining.windows` asks for. */
export const REMEMBERED = 100;

/** Concurrent executions (schedule and labels) that may come in between. */
const ATTEMPTS = 5;

interface Stored {
  readonly history: MonitorHistory;
  /** Counts the changes; 0 if nothing is stored. */
  readonly version: number;
}

export async function readHistory(): Promise<MonitorHistory> {
  return (await read()).history;
}

/** Replaces the history by what `change` makes of it; begins anew when another execution was faster. */
export async function updateHistory<T>(change: (history: MonitorHistory) => { history: MonitorHistory; result: T }): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const stored = await read();
    const { history, result } = change(stored.history);
    try {
      await write(history, stored.version);
      return result;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || attempt === ATTEMPTS) {
        throw error;
      }
    }
  }
}

async function read(): Promise<Stored> {
  const { Item } = await clients.dynamoDb().send(new GetItemCommand({ TableName: requireEnv(Env.STATE_TABLE), Key: KEY, ConsistentRead: true }));
  if (Item?.['document']?.S === undefined) {
    return { history: { entries: [] }, version: 0 };
  }
  return { history: parseJson<MonitorHistory>(Item['document'].S, 'the monitor\'s history'), version: Number(Item['version']?.N) };
}

async function write(history: MonitorHistory, version: number): Promise<void> {
  await clients.dynamoDb().send(
    new PutItemCommand({
      TableName: requireEnv(Env.STATE_TABLE),
      Item: { ...KEY, document: { S: JSON.stringify(history) }, version: { N: String(version + 1) } },
      ConditionExpression: version === 0 ? 'attribute_not_exists(pk)' : '#version = :version',
      ...(version === 0 ? {} : { ExpressionAttributeNames: { '#version': 'version' }, ExpressionAttributeValues: { ':version': { N: String(version) } } }),
    }),
  );
}
