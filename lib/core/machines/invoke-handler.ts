import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { HandlerFunction } from '../functions/handler-function';
import { acknowledgeWildcard } from '../policies/wildcards';
import { Retries } from './retry';

/** Properties of {@link InvokeHandler}. */
export interface InvokeHandlerProps {
  readonly handler: HandlerFunction;
  /** Event of the function; values may be JSONata. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Output of the state. @default - what the function returned */
  readonly outputs?: unknown;
  /** Variables to set from what the function returned (`$states.result.Payload`). @default - none */
  readonly assign?: Readonly<Record<string, unknown>>;
  /** @default 16 minutes, one more than Lambda lets any function run: the function's own timeout ends it first */
  readonly timeout?: Duration;
  readonly comment?: string;
}

/**
 * State that calls a handler at the version that this deployment published.
 *
 * The machine may call the function's earlier versions too: an execution that began before a deployment goes on with the versions it began with,
 * under the role's new permissions.
 */
export class InvokeHandler extends sfn.TaskStateBase {
  protected readonly taskMetrics?: sfn.TaskMetricsConfig;
  protected readonly taskPolicies: iam.PolicyStatement[];
  private readonly call: Readonly<Record<string, unknown>>;

  constructor(scope: Construct, id: string, props: InvokeHandlerProps) {
    super(scope, id, {
      comment: props.comment,
      queryLanguage: sfn.QueryLanguage.JSONATA,
      taskTimeout: sfn.Timeout.duration(props.timeout ?? Duration.minutes(16)),
      outputs: props.outputs ?? '{% $states.result.Payload %}',
      assign: props.assign,
    });
    const { function: target, version } = props.handler;
    const versions = `${target.functionArn}:*`;
    this.call = { FunctionName: version.functionArn, Payload: props.payload };
    this.taskPolicies = [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [versions] })];
    acknowledgeWildcard(scope, versions, 'Versions of one function: an execution that began before a deployment calls the version it began with.');
    this.addRetry(Retries.LAMBDA);
  }

  protected _renderTask(): Readonly<Record<string, unknown>> {
    return { Resource: 'arn:aws:states:::lambda:invoke', Arguments: this.call };
  }
}
