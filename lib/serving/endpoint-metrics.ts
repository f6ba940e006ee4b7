import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** The only variant of an endpoint; SageMaker shifts traffic between fleets whose variants have equal names. */
export const VARIANT = 'main';

/** Per millisecond; SageMaker's latency metrics are in microseconds. */
export const MICROSECONDS = 1000;

/** What SageMaker measures at an endpoint, whichever version serves. */
export class EndpointMetrics {
  constructor(public readonly endpointName: string) {}

  /** Share of requests that failed in the model. */
  public serverErrors(period = Duration.minutes(1)): cloudwatch.Metric {
    return this.metric('Invocation5XXErrors', 'Average', period);
  }

  /** Time in the model container in microseconds. */
  public modelLatency(statistic = 'p99', period = Duration.minutes(1)): cloudwatch.Metric {
    return this.metric('ModelLatency', statistic, period);
  }

  public invocations(period = Duration.minutes(1)): cloudwatch.Metric {
    return this.metric('Invocations', 'Sum', period);
  }

  private metric(metricName: string, statistic: string, period: Duration): cloudwatch.Metric {
    const dimensionsMap = { EndpointName: this.endpointName, VariantName: VARIANT };
    return new cloudwatch.Metric({ namespace: 'AWS/SageMaker', metricName, dimensionsMap, statistic, period });
  }
}
