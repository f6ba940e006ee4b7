import { Arn, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CHAMPION_SERVES, ENVIRONMENT_DIMENSION, metricNamespace } from '../../lambda/reconcile/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { DeadLetterQueue } from '../core/functions/dead-letter-queue';
import { HandlerFunction } from '../core/functions/handler-function';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import type { ModelEndpoint } from '../serving/model-endpoint';

/** Properties of {@link Reconcile}. */
export interface ReconcileProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly endpoint: ModelEndpoint;
  /** @default 1 hour */
  readonly interval?: Duration;
}

/** Compares the recorded champion with what serves, every hour, and alarms when they disagree twice in a row. */
export class Reconcile extends Construct {
  public readonly alarm: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, { place, project, endpoint, interval = Duration.hours(1) }: ReconcileProps) {
    super(scope, id);
    const model = project.declaration.name;
    const namespace = metricNamespace(model);
    const parameter = Layout.championParameter(model);
    const deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
    const handler = new HandlerFunction(this, 'Function', {
      handler: 'reconcile',
      description: `Compares the champion of ${model} with what serves`,
      roleName: names.role(place.environment, model, 'reconcile'),
      project,
      deadLetterQueue,
      environment: { [Env.ENVIRONMENT]: place.environment, [Env.ENDPOINT_NAME]: endpoint.endpointName },
      statements: [
        new iam.PolicyStatement({ actions: ['sagemaker:DescribeEndpoint'], resources: [endpoint.endpointArn] }),
        new iam.PolicyStatement({
          actions: ['ssm:GetParameter'],
          resources: [Arn.format({ service: 'ssm', resource: 'parameter', resourceName: parameter.slice(1) }, Stack.of(this))],
        }),
        putMetrics(namespace),
      ],
    });
    acknowledgeWildcard(handler, '*', 'cloudwatch:PutMetricData has no resource-level permissions; a condition holds it to the model\'s namespace.');
    const rule = new events.Rule(this, 'Rule', {
      description: `Compares the champion of ${model} with what serves`,
      schedule: events.Schedule.rate(interval),
    });
    rule.addTarget(new targets.LambdaFunction(handler.function, { deadLetterQueue, retryAttempts: 2 }));
    const metric = new cloudwatch.Metric({
      namespace,
      metricName: CHAMPION_SERVES,
      dimensionsMap: { [ENVIRONMENT_DIMENSION]: place.environment },
      statistic: 'Minimum',
      period: interval,
    });
    this.alarm = metric.createAlarm(this, 'Alarm', {
      alarmName: `${endpoint.endpointName}-champion-serves`,
      alarmDescription:
        `What serves at ${endpoint.endpointName} is not the recorded champion (parameter ${parameter}). Compare the parameter with sagemaker describe-endpoint; ` +
        'if somebody changed the endpoint by hand, approve the model package that should serve again, with another approval description: the promotion brings it back and records it.',
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}

/** Statement that allows metrics of one namespace. */
export const putMetrics = (namespace: string): iam.PolicyStatement =>
  new iam.PolicyStatement({
    actions: ['cloudwatch:PutMetricData'],
    resources: ['*'],
    conditions: { StringEquals: { 'cloudwatch:namespace': namespace } },
  });
