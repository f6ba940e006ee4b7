import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { MonitorMetrics } from '../../lambda/monitor-decide/contract';
import { Checks } from '../../lambda/shared/checks/contract';
import { METRICS } from '../../lambda/shared/metrics/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { names, type Place } from '../config/names';
import { EndpointMetrics, MICROSECONDS } from '../serving/endpoint-metrics';
import type { MonitorAlarms } from './monitor-alarms';

/** Properties of {@link ModelDashboard}. */
export interface ModelDashboardProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly alarms: MonitorAlarms;
}

const HOUR = Duration.hours(1);

/** One page on a model in production: what callers feel, and what the windows showed against the project's limits. */
export class ModelDashboard extends Construct {
  constructor(scope: Construct, id: string, { place, project, alarms }: ModelDashboardProps) {
    super(scope, id);
    const { name: model, problemType, serving, monitoring } = project.declaration;
    const endpoint = new EndpointMetrics(names.endpoint(place.environment, model));
    const graph = (title: string, left: cloudwatch.IMetric[], limits: Record<string, number> = {}): cloudwatch.GraphWidget =>
      new cloudwatch.GraphWidget({
        title,
        left,
        leftAnnotations: Object.entries(limits).map(([label, value]) => ({ label, value })),
        leftYAxis: { min: 0 },
        width: 8,
      });
    const measured = (check: keyof typeof Checks, measurement: string): cloudwatch.Metric => alarms.metric(`${Checks[check].id}.${measurement}`, 'Maximum', HOUR);
    const { DRIFT } = Checks;
    new cloudwatch.Dashboard(this, 'Resource', { dashboardName: `${place.environment}-${model}` }).addWidgets(
      graph('Requests a minute', [endpoint.invocations()]),
      graph('Share of failed requests', [endpoint.serverErrors()], { limit: serving.rollout.maximumErrorShare }),
      graph('Model latency in microseconds', [endpoint.modelLatency('p50'), endpoint.modelLatency('p99')], {
        limit: serving.rollout.maximumLatencyMilliseconds * MICROSECONDS,
      }),
      graph('Share of drifted features', [measured('DRIFT', DRIFT.measurements.DRIFTED_FEATURE_SHARE)], { limit: monitoring.drift.featureShare }),
      graph('Critical features and predictions that drifted', [
        measured('DRIFT', DRIFT.measurements.CRITICAL_FEATURES_DRIFTED),
        measured('DRIFT', DRIFT.measurements.PREDICTION_DRIFT),
      ]),
      ...Object.entries(monitoring.quality).map(([metric, { minimum, maximum }]) =>
        graph(`${METRICS[problemType][metric]?.title ?? metric} on labels`, [measured('QUALITY', metric)], {
          ...(minimum !== undefined && { 'at least': minimum }),
          ...(maximum !== undefined && { 'at most': maximum }),
        }),
      ),
      graph('Predictions in windows', [alarms.metric(MonitorMetrics.ROWS, 'Sum', HOUR)]),
      graph('Windows that breached', [alarms.metric(MonitorMetrics.BREACH, 'Sum', HOUR)]),
    );
  }
}
