import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { findChampion } from '../shared/process/champion';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import type { ChampionEvent, RecordResult } from './contract';

/**
 * Writes the champion's record in an account that promotes nothing itself, from the event of the promotion. Events arrive more than once and in any
 * order, so an older promotion never replaces a younger one.
 */
export async function handler({ detail }: ChampionEvent): Promise<RecordResult> {
  const model = modelProject().declaration.name;
  if (detail.model !== model || Number.isNaN(Date.parse(detail.promotedAt))) {
    throw new Error(`expected the champion of ${model} with the time of its promotion, got ${JSON.stringify(detail)}`);
  }
  const known = await findChampion(model);
  if (known !== undefined && Date.parse(known.promotedAt) >= Date.parse(detail.promotedAt)) {
    const reason = `${known.modelPackageArn}, promoted at ${known.promotedAt}, is recorded; ${detail.modelPackageArn} was promoted at ${detail.promotedAt}`;
    logger.info('champion not recorded', { reason });
    return { recorded: false, reason };
  }
  await clients.ssm().send(
    new PutParameterCommand({
      Name: Layout.championParameter(model),
      Type: 'String',
      Value: JSON.stringify(detail),
      Overwrite: true,
      Description: `Model in production of ${model}, as its promotion told`,
    }),
  );
  logger.info('champion recorded', { modelPackageArn: detail.modelPackageArn, promotedAt: detail.promotedAt });
  return { recorded: true };
}
