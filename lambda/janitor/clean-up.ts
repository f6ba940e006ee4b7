import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DeleteItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { findChampion } from '../shared/process/champion';
import type { ChampionRecord } from '../shared/process/contract';
import { type EndpointLock, lockKey, rolloutAlarms } from '../shared/release/contract';
import * as clients from '../shared/runtime/clients';
import { nextStep, type Situation, type Step } from './plan';

/** What the janitor may use. */
export interface Premises {
  readonly model: string;
  readonly tableName: string;
  readonly endpointName: string;
  /** Milliseconds since epoch after which it gives up; the event is then delivered again. */
  readonly deadline: number;
}

const POLL_MILLISECONDS = 10_000;

/**
 * Removes what an execution owns, if it still holds the endpoint.
 *
 * @returns what was removed, in order
 * @throws Error when the endpoint does not settle before the deadline.
 */
export async function cleanUp(executionArn: string, premises: Premises): Promise<string[]> {
  const lock = await findLock(premises);
  if (lock === undefined || lock.owner !== executionArn) {
    return [];
  }
  const removed: string[] = [];
  for (;;) {
    const champion = lock.machine === 'promotion' ? await findChampion(premises.model) : undefined;
    const situation: Situation = { lock, endpoint: await findEndpoint(lock.endpointName), champion };
    const step = nextStep(situation);
    removed.push(...(await STEPS[step](lock, champion)));
    if (step === 'removeCandidate' || step === 'keepCandidate') {
      await unlock(premises, executionArn);
      return [...removed, `lock of ${lock.endpointName}`];
    }
    if (Date.now() + POLL_MILLISECONDS > premises.deadline) {
      throw new Error(`endpoint ${lock.endpointName} is still ${situation.endpoint?.status}; the candidate ${lock.fleetName} of ${executionArn} can't be removed yet`);
    }
    await sleep(POLL_MILLISECONDS);
  }
}

const STEPS: Readonly<Record<Step, (lock: EndpointLock, champion?: ChampionRecord) => Promise<string[]>>> = {
  wait: async () => [],
  deleteEndpoint: async ({ endpointName }) => {
    await clients.sageMaker().send(new DeleteEndpointCommand({ EndpointName: endpointName }));
    return [`endpoint ${endpointName}`];
  },
  restoreChampion: async ({ endpointName, fleetName }, champion) => {
    await clients
      .sageMaker()
      .send(new UpdateEndpointCommand({ EndpointName: endpointName, EndpointConfigName: champion?.endpointConfigName, RetainAllVariantProperties: true }));
    return [`traffic to ${fleetName}`];
  },
  removeCandidate: async (lock) => [...(await removeAlarms(lock)), ...(await removeFleet(lock))],
  keepCandidate: removeAlarms,
};

async function removeAlarms({ machine, endpointName }: EndpointLock): Promise<string[]> {
  if (machine !== 'promotion') {
    return [];
  }
  const alarms = Object.values(rolloutAlarms(endpointName));
  await unlessMissing(clients.cloudWatch().send(new DeleteAlarmsCommand({ AlarmNames: alarms })));
  return alarms.map((alarm) => `alarm ${alarm}`);
}

async function removeFleet({ fleetName }: EndpointLock): Promise<string[]> {
  const config = await unlessMissing(clients.sageMaker().send(new DeleteEndpointConfigCommand({ EndpointConfigName: fleetName })));
  const model = await unlessMissing(clients.sageMaker().send(new DeleteModelCommand({ ModelName: fleetName })));
  return [...(config === undefined ? [] : [`endpoint configuration ${fleetName}`]), ...(model === undefined ? [] : [`model ${fleetName}`])];
}

async function findEndpoint(endpointName: string): Promise<Situation['endpoint']> {
  const endpoint = await unlessMissing(clients.sageMaker().send(new DescribeEndpointCommand({ EndpointName: endpointName })));
  return endpoint === undefined ? undefined : { status: endpoint.EndpointStatus ?? '', configName: endpoint.EndpointConfigName ?? '' };
}

async function findLock({ tableName, endpointName }: Premises): Promise<EndpointLock | undefined> {
  const { Item } = await clients
    .dynamoDb()
    .send(new GetItemCommand({ TableName: tableName, Key: { pk: { S: lockKey(endpointName) } }, ConsistentRead: true }));
  if (Item === undefined) {
    return undefined;
  }
  const text = (name: keyof EndpointLock): string => Item[name]?.S ?? '';
  return {
    pk: text('pk'),
    owner: text('owner'),
    machine: text('machine') as EndpointLock['machine'],
    endpointName: text('endpointName'),
    fleetName: text('fleetName'),
    modelPackageArn: text('modelPackageArn'),
    packageDigest: text('packageDigest'),
    ttl: Number(Item.ttl?.N ?? 0),
  };
}

/** A lock that another execution has taken over meanwhile stays. */
async function unlock({ tableName, endpointName }: Premises, executionArn: string): Promise<void> {
  const command = new DeleteItemCommand({
    TableName: tableName,
    Key: { pk: { S: lockKey(endpointName) } },
    ConditionExpression: 'attribute_not_exists(pk) OR #owner = :owner',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':owner': { S: executionArn } },
  });
  try {
    await clients.dynamoDb().send(command);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) {
      throw error;
    }
  }
}

/** SageMaker has no error of its own for what does not exist. */
async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && (/could not find/i.test(error.message) || /^ResourceNotFound/.test(error.name))) {
      return undefined;
    }
    throw error;
  }
}
