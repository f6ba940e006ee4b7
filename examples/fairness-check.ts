import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { type CheckConfig, type GateBinding, type ICheck, retryAwsApi } from 'mlops-blueprint';

/** How far a group may be from the best-treated one. */
export interface FairnessCheckProps {
  /**
   * Measures, and writes evidence in the form of the gate's contract. It may be written in any language.
   * It takes a `CheckEvent` and answers with a `CheckResult`.
   */
  readonly measure: IFunction;
  /** Least ratio of the positive rates of any two groups, 0 to 1. @default 0.8, the four-fifths rule */
  readonly minimumRatio?: number;
}

/** An organization's own check: does the candidate favour a group? */
export class FairnessCheck implements ICheck {
  constructor(private readonly props: FairnessCheckProps) {}

  public bind(_scope: Construct, gate: GateBinding): CheckConfig {
    const { measure, minimumRatio } = this.props;
    return {
      id: 'fairness',
      criteria: [
        {
          check: 'fairness',
          measurement: 'impact-ratio',
          title: 'No group is favoured',
          comparison: '>=',
          threshold: minimumRatio ?? 0.8,
          unit: 'ratio',
          paperSection: '2.3',
          mlTestScore: 'M7',
        },
      ],
      task: (scope, id, event) => this.call(scope, id, measure, { ...event, evidenceBucket: gate.evidenceBucketName }),
    };
  }

  private call(scope: Construct, id: string, measure: IFunction, payload: object): sfn.TaskStateBase {
    const task = CallAwsService.jsonata(scope, id, {
      service: 'lambda',
      action: 'invoke',
      iamAction: 'lambda:InvokeFunction',
      iamResources: [measure.functionArn],
      parameters: { FunctionName: measure.functionArn, Payload: payload },
      outputs: '{% $parse($states.result.Payload) %}',
      taskTimeout: sfn.Timeout.duration(Duration.minutes(15)),
    });
    task.addRetry(retryAwsApi('Lambda'));
    return task;
  }
}
