import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';

/**
 * Named retry policies of the state machines: faults of the services that pass by themselves. What a handler or a gate says is never retried
 * here, since a second answer would be a second verdict.
 */
export const Retries = {
  /** Lambda could not run the function: throttled, no capacity, lost connection. Six attempts, 2 + 4 + ... + 60 s: at most about two minutes. */
  LAMBDA: {
    errors: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
      'Lambda.TooManyRequestsException',
    ],
    interval: Duration.seconds(2),
    maxAttempts: 6,
    backoffRate: 2,
    maxDelay: Duration.minutes(1),
    jitterStrategy: JitterType.FULL,
  },
  /** A nested execution could not be started or followed. Four attempts: at most about half a minute. */
  NESTED_EXECUTION: {
    errors: ['StepFunctions.ThrottlingException', 'StepFunctions.SdkClientException', 'StepFunctions.ExecutionLimitExceeded'],
    interval: Duration.seconds(2),
    maxAttempts: 4,
    backoffRate: 2,
    jitterStrategy: JitterType.FULL,
  },
} as const satisfies Record<string, RetryProps>;

/**
 * Retry policy of a task that calls an AWS API: throttling and lost connections. Five attempts, 3 + 6 + ... + 48 s: at most about a minute and
 * a half. A conflict or a refused parameter is not retried.
 *
 * @param service Prefix of the service's error names in Step Functions, e.g. `SageMaker`, `DynamoDb`, `S3`, `EventBridge`, `CloudWatch`, `Ssm`.
 */
export const retryAwsApi = (service: string): RetryProps => ({
  errors: [`${service}.ThrottlingException`, `${service}.SdkClientException`, `${service}.InternalServerException`, `${service}.ServiceUnavailableException`],
  interval: Duration.seconds(3),
  maxAttempts: 5,
  backoffRate: 2,
  jitterStrategy: JitterType.FULL,
});
