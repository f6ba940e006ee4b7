import * as cloudwatchActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { ModelServingStack, type ModelServingStackProps, TestGate } from 'mlops-blueprint';
import { FairnessCheck } from './fairness-check';

/** What Acme adds to the serving of its models. */
export interface AcmeServingStackProps extends ModelServingStackProps {
  /** Role of the program that asks for predictions. */
  readonly scoringClient: IRole;
  /** Where people are told that predictions have become slow. */
  readonly onCall: ITopic;
  /** Measures whether a group is favoured. */
  readonly measureFairness: IFunction;
}

/** Serves a model at Acme: the blueprint's stack, and three house rules. */
export class AcmeServingStack extends ModelServingStack {
  public readonly fairnessGate: TestGate;

  constructor(scope: Construct, id: string, { scoringClient, onCall, measureFairness, ...props }: AcmeServingStackProps) {
    super(scope, id, props);

    this.application.grantPredict(scoringClient);

    this.endpoint.metrics
      .modelLatency()
      .createAlarm(this, 'SlowPredictions', { threshold: 250_000, evaluationPeriods: 3, alarmDescription: 'p99 above 250 ms (the metric is in microseconds)' })
      .addAlarmAction(new cloudwatchActions.SnsAction(onCall));

    this.fairnessGate = new TestGate(this, 'FairnessGate', {
      place: { environment: props.environment.name, account: this.account, region: this.region },
      project: props.project,
      gate: 'fairness',
      mode: props.environment.development.gateMode,
      checks: [new FairnessCheck({ measure: measureFairness, minimumRatio: 0.85 })],
    });
  }
}
