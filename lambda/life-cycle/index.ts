import { DescribeModelPackageCommand, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { MODEL_PACKAGE_GROUP } from '../register/contract';
import { findChampion } from '../shared/process/champion';
import { type ChampionRecord, Events, type PromotionRolledBack } from '../shared/process/contract';
import { modelProject } from '../shared/project/project';
import { listVersions, versionOf } from '../shared/registry/versions';
import * as clients from '../shared/runtime/clients';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import type { LifeCycleEvent, LifeCycleResult } from './contract';
import { championChanges, rolledBackChange, type StageChange } from './stages';

/**
 * Keeps the stages of versions in the registry true to the champion: on the promotion's events, and on a schedule, which heals what an event did not
 * bring about. It approves nothing and its policy would not let it.
 */
export async function handler(event: LifeCycleEvent): Promise<LifeCycleResult> {
  const model = modelProject().declaration.name;
  if (event['detail-type'] !== 'Scheduled Event' && event.detail.model !== model) {
    throw new Error(`expected an event about ${model}, got ${JSON.stringify(event.detail)}`);
  }
  const told = event['detail-type'] === Events.CHAMPION_CHANGED ? event.detail : undefined;
  const champion = younger(told, await findChampion(model));
  const changes = [
    ...(champion === undefined ? [] : championChanges(await listVersions(requireEnv(MODEL_PACKAGE_GROUP)), champion)),
    ...(event['detail-type'] === Events.PROMOTION_ROLLED_BACK ? await rolledBack(event.detail, champion) : []),
  ];
  for (const change of changes) {
    await apply(change);
  }
  return { changed: changes.map(({ modelPackageArn, lifeCycle }) => `version ${versionOf(modelPackageArn)}: ${lifeCycle.Stage} ${lifeCycle.StageStatus}`) };
}

/** In an account that promotes nothing itself the record and this function hear of a champion at one time, in any order. */
const younger = (told: ChampionRecord | undefined, recorded: ChampionRecord | undefined): ChampionRecord | undefined =>
  told === undefined || (recorded !== undefined && Date.parse(recorded.promotedAt) >= Date.parse(told.promotedAt)) ? recorded : told;

async function rolledBack(detail: PromotionRolledBack, champion: ChampionRecord | undefined): Promise<StageChange[]> {
  const described = await clients.sageMaker().send(new DescribeModelPackageCommand({ ModelPackageName: detail.modelPackageArn }));
  if (described.MetadataProperties?.GeneratedBy !== detail.packageDigest) {
    throw new Error(`${detail.modelPackageArn} was registered with the digest ${described.MetadataProperties?.GeneratedBy ?? 'none'}, and the event is about ${detail.packageDigest}`);
  }
  const change = rolledBackChange(described, detail, champion);
  return change === undefined ? [] : [change];
}

async function apply({ modelPackageArn, lifeCycle, metadata }: StageChange): Promise<void> {
  await clients.sageMaker().send(
    new UpdateModelPackageCommand({ ModelPackageArn: modelPackageArn, ModelLifeCycle: lifeCycle, ...(metadata !== undefined && { CustomerMetadataProperties: { ...metadata } }) }),
  );
  logger.info('stage changed', { modelPackageArn, ...lifeCycle });
}
