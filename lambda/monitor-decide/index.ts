import { type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Verdict } from '../gate/contract';
import { ENVIRONMENT_DIMENSION, metricNamespace } from '../reconcile/contract';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { getJson } from '../shared/storage/s3';
import { type MonitorDecideEvent, type MonitorDecision, MonitorMetrics } from './contract';
import { decide } from './decide';
import { updateHistory } from './history';

/** Publishes what a window's verdict says as metrics, remembers it, and decides whether the model must be trained again. */
export async function handler(event: MonitorDecideEvent): Promise<MonitorDecision> {
  const { name, monitoring } = modelProject().declaration;
  const verdict = await getJson<Verdict>(event.verdict.verdictUri);
  const decision = await updateHistory((history) => decide(history, event, verdict, monitoring.retraining, new Date()));
  await clients.cloudWatch().send(new PutMetricDataCommand({ Namespace: metricNamespace(name), MetricData: metricData(event, verdict, decision) }));
  logger.info(decision.reason, { windowId: event.window.windowId, breach: decision.breach, retrain: decision.retrain });
  return decision;
}

function metricData({ window }: MonitorDecideEvent, verdict: Verdict, { breach }: MonitorDecision): MetricDatum[] {
  const measured = verdict.criteria.flatMap(({ id, value }) => (value === undefined ? [] : [[id, value] as const]));
  // A measurement with two limits has one value.
  const values = new Map<string, number>([
    [MonitorMetrics.BREACH, breach ? 1 : 0],
    [MonitorMetrics.WINDOWS, 1],
    [MonitorMetrics.ROWS, window.rows],
    ...measured,
  ]);
  const Dimensions = [{ Name: ENVIRONMENT_DIMENSION, Value: requireEnv(Env.ENVIRONMENT) }];
  return [...values].map(([MetricName, Value]) => ({ MetricName, Dimensions, Value, Unit: 'None' }));
}
