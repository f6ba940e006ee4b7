import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { names, type Place } from '../config/names';

/** Properties of {@link BreakGlassAlarm}. */
export interface BreakGlassAlarmProps {
  readonly place: Place;
  /** Log group of the account's audit trail, which holds the events of every region. */
  readonly trail: logs.ILogGroup;
  /** Where people are told. */
  readonly topic: ITopic;
}

/**
 * Tells people when somebody takes the break-glass role, tries to, or acts in it.
 *
 * It reads the trail instead of listening on the event bus: STS reports a session that was opened in another region, or by switching roles in the
 * console, on the bus of that region alone, and a trail of all regions holds them all. CloudTrail delivers within about five minutes.
 */
export class BreakGlassAlarm extends Construct {
  public readonly alarm: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, { place, trail, topic }: BreakGlassAlarmProps) {
    super(scope, id);
    const role = `arn:aws:iam::${place.account}:role/${names.accessRole(place.environment, 'breakGlass')}`;
    const filter = new logs.MetricFilter(this, 'Filter', {
      logGroup: trail,
      filterPattern: logs.FilterPattern.any(
        logs.FilterPattern.stringValue('$.requestParameters.roleArn', '=', role),
        logs.FilterPattern.stringValue('$.userIdentity.sessionContext.sessionIssuer.arn', '=', role),
      ),
      metricNamespace: 'Mlops/Access',
      metricName: `BreakGlass-${place.environment}`,
      metricValue: '1',
    });
    this.alarm = new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: `mlops-${place.environment}-break-glass`,
      alarmDescription: `Somebody takes or uses the break-glass role of ${place.environment}: ask who and why, as docs/access.md says`,
      metric: filter.metric({ statistic: 'Sum', period: Duration.minutes(1) }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    this.alarm.addAlarmAction(new SnsAction(topic));
  }
}
