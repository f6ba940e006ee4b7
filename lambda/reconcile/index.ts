import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { findChampion } from '../shared/process/champion';
import type { ChampionRecord } from '../shared/process/contract';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { CHAMPION_SERVES, ENVIRONMENT_DIMENSION, metricNamespace } from './contract';

/** What serves at this moment; `undefined` if there is no endpoint. */
export interface Serving {
  readonly status: string;
  readonly endpointConfigName: string;
}

export interface Reconciliation {
  readonly agrees: boolean;
  readonly finding: string;
}

/** Compares what should serve with what serves, and publishes the answer as a metric. It changes nothing: a person or a promotion does. */
export async function handler(): Promise<Reconciliation> {
  const model = modelProject().declaration.name;
  const result = compare(await findChampion(model), await serving(requireEnv(Env.ENDPOINT_NAME)));
  const write = result.agrees ? logger.info : logger.warn;
  write(result.finding, { model });
  await clients.cloudWatch().send(
    new PutMetricDataCommand({
      Namespace: metricNamespace(model),
      MetricData: [
        {
          MetricName: CHAMPION_SERVES,
          Dimensions: [{ Name: ENVIRONMENT_DIMENSION, Value: requireEnv(Env.ENVIRONMENT) }],
          Value: result.agrees ? 1 : 0,
          Unit: 'None',
        },
      ],
    }),
  );
  return result;
}

/** Pure. A shift under way is no disagreement: it ends in one of the two. */
export function compare(champion: ChampionRecord | undefined, endpoint: Serving | undefined): Reconciliation {
  if (champion === undefined || endpoint === undefined) {
    const agrees = champion === undefined && endpoint === undefined;
    const finding = agrees
      ? 'no champion is recorded and no endpoint is there: nothing has been promoted yet'
      : champion === undefined
        ? `configuration ${endpoint?.endpointConfigName ?? ''} serves, but no champion is recorded`
        : `the champion is ${champion.modelPackageArn}, but there is no endpoint ${champion.endpointName}; approve the package again, with another approval description, to bring it back`;
    return { agrees, finding };
  }
  if (['Creating', 'Updating', 'SystemUpdating', 'RollingBack'].includes(endpoint.status)) {
    return { agrees: true, finding: `the endpoint is ${endpoint.status}; the champion is ${champion.modelPackageArn}` };
  }
  if (endpoint.status !== 'InService') {
    return { agrees: false, finding: `the endpoint is ${endpoint.status}; the champion is ${champion.modelPackageArn}` };
  }
  return champion.endpointConfigName === endpoint.endpointConfigName
    ? { agrees: true, finding: `the champion ${champion.modelPackageArn} serves` }
    : { agrees: false, finding: `configuration ${endpoint.endpointConfigName} serves, but the champion's is ${champion.endpointConfigName}` };
}

async function serving(EndpointName: string): Promise<Serving | undefined> {
  try {
    const { EndpointStatus, EndpointConfigName } = await clients.sageMaker().send(new DescribeEndpointCommand({ EndpointName }));
    return { status: EndpointStatus ?? 'unknown', endpointConfigName: EndpointConfigName ?? 'unknown' };
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationException' && /could not find/i.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}
