import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { MonitorMetrics } from '../../lambda/monitor-decide/contract';
import { ENVIRONMENT_DIMENSION, metricNamespace } from '../../lambda/reconcile/contract';
import type { Place } from '../config/names';

/** Properties of {@link MonitorAlarms}. */
export interface MonitorAlarmsProps {
  readonly place: Place;
  readonly model: string;
  /** Of the monitoring machine, for the person whom an alarm calls. */
  readonly stateMachineName: string;
  /** Time without a judged window after which the monitor itself is in question; one to seven days. @default 2 days */
  readonly silence?: Duration;
}

/** Alarms of the monitor. They carry no action; add one to each of {@link alarms}. */
export class MonitorAlarms extends Construct {
  public readonly alarms: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, private readonly props: MonitorAlarmsProps) {
    super(scope, id);
    const { place, model, stateMachineName, silence = Duration.days(2) } = props;
    const prefix = `${place.environment}-${model}`;
    this.alarms = [
      this.metric(MonitorMetrics.BREACH, 'Maximum', Duration.minutes(5)).createAlarm(this, 'Breach', {
        alarmName: `${prefix}-window-breach`,
        alarmDescription:
          `A window of ${model} in ${place.environment} breached a limit of monitoring in model.yaml. Open the last execution of ${stateMachineName}: its output has the verdict ` +
          'with one sentence for each limit. Look for a change of the incoming data first; retraining starts by itself when enough windows breach and their labels have arrived.',
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }),
      this.metric(MonitorMetrics.WINDOWS, 'Sum', Duration.days(1)).createAlarm(this, 'Silence', {
        alarmName: `${prefix}-no-window`,
        alarmDescription:
          `No window of ${model} in ${place.environment} was judged for ${silence.toDays()} days, so nobody knows how the model does. Open ${stateMachineName}: no executions mean that the ` +
          'schedule does not start it, failed ones say why, and succeeded ones that end in "Insufficient data" that there is less traffic than monitoring.minimumRows.',
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: silence.toDays({ integral: false }),
        treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      }),
    ];
  }

  /** A metric of the monitor, e.g. one of `MonitorMetrics` or `<check>.<measurement>`. */
  public metric(metricName: string, statistic: string, period: Duration): cloudwatch.Metric {
    const { place, model } = this.props;
    return new cloudwatch.Metric({
      namespace: metricNamespace(model),
      metricName,
      dimensionsMap: { [ENVIRONMENT_DIMENSION]: place.environment },
      statistic,
      period,
    });
  }
}
