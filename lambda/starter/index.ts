import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeModelPackageCommand, type DescribeModelPackageCommandOutput } from '@aws-sdk/client-sagemaker';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { approvalOf } from '../promotion-admit/rules';
import type { ModelPackageInput, ReleasePin } from '../shared/process/contract';
import { modelProject } from '../shared/project/project';
import { approvalKey } from '../shared/release/contract';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { parseJson } from '../shared/storage/s3';
import { type Machine, StarterEnv, type StartResult } from './contract';
import { decidedAlready } from './decided';
import { type Start, type StarterEvent, translate } from './table';

/** Starts a state machine once for what an event is about, however often the event is delivered. */
export async function handler(event: StarterEvent): Promise<StartResult> {
  const machine = requireEnv(StarterEnv.MACHINE) as Machine;
  const start = translate(machine, event, { model: modelProject().declaration.name, release: releasePin() });
  if ('refused' in start) {
    return refuse(machine, start.refused);
  }
  const decided = await refusal(machine, start);
  if (decided !== undefined) {
    return refuse(machine, decided, start.name);
  }
  try {
    const { executionArn } = await clients
      .sfn()
      .send(new StartExecutionCommand({ stateMachineArn: requireEnv(StarterEnv.STATE_MACHINE_ARN), name: start.name, input: JSON.stringify(start.input) }));
    logger.info('execution started', { machine, executionName: start.name });
    return { started: true, executionName: start.name, executionArn: executionArn ?? '' };
  } catch (error) {
    // EventBridge delivers more than once; the first delivery did it.
    if (error instanceof Error && error.name === 'ExecutionAlreadyExists') {
      return refuse(machine, 'this execution exists already', start.name);
    }
    throw error;
  }
}

function releasePin(): ReleasePin | undefined {
  const text = process.env[StarterEnv.RELEASE];
  return text === undefined || text === '' ? undefined : parseJson<ReleasePin>(text, StarterEnv.RELEASE);
}

function refuse(machine: Machine, reason: string, executionName?: string): StartResult {
  logger.info('nothing started', { machine, executionName, reason });
  return { started: false, executionName, reason };
}

/** Events say nothing of what was before and may be old: machines about a model package look at the package as it is now. */
async function refusal(machine: Machine, start: Start): Promise<string | undefined> {
  if (machine !== 'qualification' && machine !== 'promotion') {
    return undefined;
  }
  const input = start.input as ModelPackageInput;
  const now = await findPackage(input.modelPackageArn);
  return decidedAlready(machine, input, now) ?? (machine === 'promotion' && now !== undefined ? await actedOn(input, now) : undefined);
}

/**
 * Why an approval needs no execution: one has claimed it. Each change of an approved package, its stage for one, sends the event of an approval. A claim
 * is never taken back, so what is read here stays true; whoever finds none leaves it to the promotion, which claims under its own condition.
 */
async function actedOn({ modelPackageArn, packageDigest }: ModelPackageInput, now: DescribeModelPackageCommandOutput): Promise<string | undefined> {
  const key = approvalKey(approvalOf(now, packageDigest));
  const { Item } = await clients.dynamoDb().send(new GetItemCommand({ TableName: requireEnv(Env.STATE_TABLE), Key: { pk: { S: key } }, ConsistentRead: true }));
  return Item === undefined ? undefined : `${Item.owner?.S ?? 'an execution'} acted on this approval of ${modelPackageArn} already; to have it promoted again, approve it again with another approval description`;
}

/** The package, or `undefined` where this account may not read it: then the machine itself will say so. */
async function findPackage(modelPackageArn: string): Promise<DescribeModelPackageCommandOutput | undefined> {
  try {
    return await clients.sageMaker().send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
  } catch (error) {
    if (error instanceof Error && /^AccessDenied/.test(error.name)) {
      logger.warn('the model package is not readable', { modelPackageArn, error: error.message });
      return undefined;
    }
    throw error;
  }
}
