import { GetParameterHistoryCommand, type ParameterHistory } from '@aws-sdk/client-ssm';
import type { ChampionRecord } from '../../lambda/shared/process/contract';
import * as clients from '../../lambda/shared/runtime/clients';
import { Layout } from '../../lambda/shared/storage/contract';
import { parseJson } from '../../lambda/shared/storage/s3';
import type { Deployment } from './contract';

/** When a version was the champion, from the history of the parameter that the promotion alone writes. Systems Manager keeps a hundred values. */
export async function deploymentsOf(model: string, packageDigest: string): Promise<Deployment[]> {
  const name = Layout.championParameter(model);
  const history: ParameterHistory[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await clients.ssm().send(new GetParameterHistoryCommand({ Name: name, NextToken: token }));
      history.push(...(page.Parameters ?? []));
      token = page.NextToken;
    } while (token !== undefined);
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') {
      return [];
    }
    throw error;
  }
  const values = history
    .toSorted((a, b) => (a.Version ?? 0) - (b.Version ?? 0))
    .map(({ Value = '{}', LastModifiedUser = 'unknown' }) => ({ record: parseJson<ChampionRecord>(Value, name), who: LastModifiedUser }));
  return values.flatMap(({ record, who }, index) =>
    record.packageDigest === packageDigest
      ? [{
          from: record.promotedAt, until: values[index + 1]?.record.promotedAt ?? null, endpointName: record.endpointName, endpointConfigName: record.endpointConfigName, recordedBy: who,
        }]
      : [],
  );
}
