import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ModelDeclaration } from '../../lambda/shared/project/contract';
import { rolloutAlarms } from '../../lambda/shared/release/contract';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { MICROSECONDS, VARIANT } from '../serving/endpoint-metrics';
import type { ModelEndpoint } from '../serving/model-endpoint';
import { awsCall } from './aws-call';

/** Properties of {@link RolloutAlarms}. */
export interface RolloutAlarmsProps {
  readonly endpoint: ModelEndpoint;
  readonly limits: ModelDeclaration['serving']['rollout'];
}

/**
 * Alarms on the new fleet alone, for the time of a shift. They can't stand in a template: their dimension is the new configuration's name.
 *
 * No data does not alarm: the new fleet has none before traffic reaches it. That it got traffic is checked afterwards.
 */
export class RolloutAlarms extends Construct {
  public readonly names: readonly string[];
  private readonly arns: readonly string[];

  constructor(scope: Construct, id: string, private readonly props: RolloutAlarmsProps) {
    super(scope, id);
    this.names = Object.values(rolloutAlarms(props.endpoint.endpointName));
    this.arns = this.names.map((name) =>
      Arn.format({ service: 'cloudwatch', resource: 'alarm', resourceName: name, arnFormat: ArnFormat.COLON_RESOURCE_NAME }, Stack.of(this)),
    );
  }

  /** Puts both alarms on the fleet of the variable `fleetName`. */
  public create(next: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
    const { endpoint, limits } = this.props;
    const { errors, latency } = rolloutAlarms(endpoint.endpointName);
    const first = this.put('Alarm on errors of the new fleet', {
      AlarmName: errors,
      AlarmDescription: `Rolls the shift of ${endpoint.endpointName} back: more than ${100 * limits.maximumErrorShare} % of the new fleet's requests fail.`,
      MetricName: 'Invocation5XXErrors',
      Statistic: 'Average',
      Threshold: limits.maximumErrorShare,
    });
    const second = this.put('Alarm on latency of the new fleet', {
      AlarmName: latency,
      AlarmDescription: `Rolls the shift of ${endpoint.endpointName} back: p99 of the new fleet is above ${limits.maximumLatencyMilliseconds} ms.`,
      MetricName: 'ModelLatency',
      ExtendedStatistic: 'p99',
      Threshold: limits.maximumLatencyMilliseconds * MICROSECONDS,
    });
    [first, second].forEach((task) => task.addCatch(failed, { errors: ['States.ALL'] }));
    first.next(second).next(next);
    return first;
  }

  /** Deletes both; alarms that are not there are no error. */
  public remove(id: string, next: sfn.IChainable): sfn.IChainable {
    const task = awsCall(this, id, {
      service: 'cloudwatch',
      action: 'deleteAlarms',
      resources: this.arns,
      parameters: { AlarmNames: this.names },
    });
    task.addCatch(next, { errors: ['CloudWatch.ResourceNotFoundException'] });
    task.next(next);
    return task;
  }

  /** Reads why the alarms are as they are into the variable `alarmReasons`. */
  public explain(id: string): sfn.TaskStateBase & sfn.INextable {
    return awsCall(this, id, {
      service: 'cloudwatch',
      action: 'describeAlarms',
      resources: ['*'],
      parameters: { AlarmNames: this.names },
      assign: {
        alarmReasons:
          "{% ($reasons := $states.result.MetricAlarms[StateValue = 'ALARM'].(AlarmName & ': ' & StateReason); $exists($reasons) ? $join($reasons, '; ') : null) %}",
      },
    });
  }

  /** What `UpdateEndpoint` asks of its caller when a deployment names alarms. */
  public readStatement(): iam.PolicyStatement {
    acknowledgeWildcard(this.node.scope ?? this, '*', 'cloudwatch:DescribeAlarms reads a list, which IAM grants as a whole or not at all.');
    return new iam.PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] });
  }

  private put(id: string, alarm: Readonly<Record<string, unknown>>): sfn.TaskStateBase & sfn.INextable {
    const dimensions = { EndpointName: this.props.endpoint.endpointName, VariantName: VARIANT, EndpointConfigName: '{% $fleetName %}' };
    return awsCall(this, id, {
      service: 'cloudwatch',
      action: 'putMetricAlarm',
      resources: this.arns,
      parameters: {
        Namespace: 'AWS/SageMaker',
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        Period: 60,
        EvaluationPeriods: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
        ...alarm,
      },
    });
  }
}
