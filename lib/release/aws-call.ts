import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { retryAwsApi } from '../core/machines/retry';

/** Services that the release machines call: prefix of their errors in Step Functions, and of their IAM actions. */
const SERVICES = {
  cloudwatch: 'CloudWatch',
  dynamodb: 'DynamoDb',
  sagemaker: 'SageMaker',
  ssm: 'Ssm',
} as const;

/** Properties of {@link awsCall}. */
export interface AwsCallProps {
  readonly service: keyof typeof SERVICES;
  /** In camel case, e.g. `createModel`. */
  readonly action: string;
  /** Values may be JSONata. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** ARNs on which the machine may do it. */
  readonly resources: readonly string[];
  /** Permissions that the API asks for besides its own action. @default - none */
  readonly statements?: readonly iam.PolicyStatement[];
  readonly assign?: Readonly<Record<string, unknown>>;
  readonly comment?: string;
}

/** A task that calls an AWS API: with a timeout, retried when the service could not take the call. */
export function awsCall(scope: Construct, id: string, props: AwsCallProps): CallAwsService {
  const { service, action, resources, statements = [] } = props;
  const task = CallAwsService.jsonata(scope, id, {
    service,
    action,
    comment: props.comment,
    parameters: { ...props.parameters },
    iamAction: `${service}:${action.charAt(0).toUpperCase()}${action.slice(1)}`,
    iamResources: [...resources],
    additionalIamStatements: [...statements],
    assign: props.assign === undefined ? undefined : { ...props.assign },
    taskTimeout: sfn.Timeout.duration(Duration.minutes(2)),
  });
  task.addRetry(retryAwsApi(SERVICES[service]));
  return task;
}

/** Condition on the error that a catch handed on: SageMaker has no error of its own for what does not exist. */
export const isMissing = sfn.Condition.jsonata('{% $contains($string($states.input.Cause), /could not find/i) %}');

/**
 * What happens when something is not there: goes on to `missing`; every other error goes to `otherwise`.
 */
export function whenMissing(scope: Construct, task: sfn.TaskStateBase, missing: sfn.IChainable, otherwise: sfn.IChainable): void {
  const choice = sfn.Choice.jsonata(scope, `${task.id}: missing?`).when(isMissing, missing).otherwise(otherwise);
  task.addCatch(choice, { errors: ['States.ALL'] });
}
