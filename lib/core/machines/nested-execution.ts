import { ArnFormat, type Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from '../policies/wildcards';
import { Retries } from './retry';

/** Properties of {@link NestedExecution}. */
export interface NestedExecutionProps {
  readonly stateMachineName: string;
  /** Input of the nested execution; values may be JSONata. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly timeout: Duration;
  /** @default - the output of the nested execution */
  readonly outputs?: unknown;
  /** Variables to set; the nested output is `$states.result.Output`. @default - none */
  readonly assign?: Readonly<Record<string, unknown>>;
  readonly comment?: string;
}

/**
 * State that runs another machine of the same account to its end, under the name of the calling execution: what belongs together has one name,
 * and a call that is repeated can't run twice.
 */
export class NestedExecution extends sfn.TaskStateBase {
  protected readonly taskMetrics?: sfn.TaskMetricsConfig;
  protected readonly taskPolicies: iam.PolicyStatement[];
  private readonly call: Readonly<Record<string, unknown>>;

  constructor(scope: Construct, id: string, props: NestedExecutionProps) {
    super(scope, id, {
      comment: props.comment,
      queryLanguage: sfn.QueryLanguage.JSONATA,
      taskTimeout: sfn.Timeout.duration(props.timeout),
      outputs: props.outputs ?? '{% $states.result.Output %}',
      assign: props.assign,
    });
    const stack = Stack.of(scope);
    const arn = (resource: string, name: string) =>
      stack.formatArn({ service: 'states', resource, resourceName: name, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    const machine = arn('stateMachine', props.stateMachineName);
    const executions = arn('execution', `${props.stateMachineName}:*`);
    this.call = { StateMachineArn: machine, Name: '{% $states.context.Execution.Name %}', Input: props.input };
    this.taskPolicies = [
      new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [machine] }),
      new iam.PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [executions] }),
      // Step Functions follows nested executions through this rule, which it makes and owns.
      new iam.PolicyStatement({
        actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        resources: [stack.formatArn({ service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule' })],
      }),
    ];
    acknowledgeWildcard(scope, executions, 'Executions of one machine: their names are known only when they run.');
    this.addRetry(Retries.NESTED_EXECUTION);
  }

  protected _renderTask(): Readonly<Record<string, unknown>> {
    return { Resource: 'arn:aws:states:::states:startExecution.sync:2', Arguments: this.call };
  }
}
