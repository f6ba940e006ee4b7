import { GetParameterCommand } from '@aws-sdk/client-ssm';
import * as clients from '../runtime/clients';
import { Layout } from '../storage/contract';
import { parseJson } from '../storage/s3';
import type { ChampionRecord } from './contract';

/** The model in production, or `undefined` before the first promotion. */
export async function findChampion(model: string): Promise<ChampionRecord | undefined> {
  const name = Layout.championParameter(model);
  try {
    const { Parameter } = await clients.ssm().send(new GetParameterCommand({ Name: name }));
    if (Parameter?.Value === undefined) {
      throw new Error(`parameter ${name} has no value`);
    }
    return parseJson<ChampionRecord>(Parameter.Value, `parameter ${name}`);
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') {
      return undefined;
    }
    throw error;
  }
}
