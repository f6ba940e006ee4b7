import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { CheckEvent, CheckResult, Measurement } from '../gate/contract';
import { Checks } from '../shared/checks/contract';
import { writeEvidence } from '../shared/evidence/evidence';
import * as clients from '../shared/runtime/clients';
import { type RolloutContext, rolloutContext } from './contract';

const ID = Checks.ROLLOUT.measurements.REQUESTS;

const PERIOD_SECONDS = 60;

/**
 * Check `rollout`: how many requests the new fleet answered while the traffic shifted. Alarms that saw no traffic stay silent, so a shift
 * without traffic proves nothing.
 *
 * Context: {@link RolloutContext}.
 */
export async function handler(event: CheckEvent): Promise<CheckResult> {
  const startedAt = new Date().toISOString();
  return writeEvidence(event, Checks.ROLLOUT.id, startedAt, [await measure(rolloutContext(event.context))]);
}

async function measure(context: RolloutContext): Promise<Measurement> {
  if (context.rolledBack !== null) {
    return { id: ID, status: 'notMeasured', explanation: `The shift was rolled back: ${context.rolledBack}` };
  }
  if (context.firstEndpoint) {
    return { id: ID, status: 'notApplicable', explanation: 'This is the first endpoint of the model, so no traffic was shifted.' };
  }
  const value = await requestsOf(context);
  return {
    id: ID,
    status: 'measured',
    value,
    sampleSize: value,
    explanation: `The new fleet (${context.endpointConfigName}) answered ${value} requests since ${context.startedAt}.`,
  };
}

/** The metric carries the configuration's name during a deployment only, and that name is used once: whatever is found belongs to this shift. */
async function requestsOf({ endpointName, variantName, endpointConfigName, startedAt }: RolloutContext): Promise<number> {
  const period = PERIOD_SECONDS * 1000;
  const StartTime = new Date(Math.floor(Date.parse(startedAt) / period) * period);
  const EndTime = new Date((Math.floor(Date.now() / period) + 1) * period);
  const dimensions = { EndpointName: endpointName, VariantName: variantName, EndpointConfigName: endpointConfigName };
  const Metric = {
    Namespace: 'AWS/SageMaker',
    MetricName: 'Invocations',
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
  let sum = 0;
  let token: string | undefined;
  do {
    const page = await clients.cloudWatch().send(
      new GetMetricDataCommand({
        MetricDataQueries: [{ Id: 'requests', MetricStat: { Metric, Period: PERIOD_SECONDS, Stat: 'Sum' } }],
        StartTime,
        EndTime,
        NextToken: token,
      }),
    );
    sum += (page.MetricDataResults ?? []).flatMap(({ Values }) => Values ?? []).reduce((total, value) => total + value, 0);
    token = page.NextToken;
  } while (token !== undefined);
  return sum;
}
