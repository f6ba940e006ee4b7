import { operationsOf, type OperationSchema, type SdkModule } from '../../core/schema';

/** A service behind the AWS SDK integrations. */
export interface SdkService {
  /** First part of its error names: the service's class in the AWS SDK for Java 2. */
  readonly prefix: string;
  readonly client: string;
  load(): Promise<SdkModule>;
}

/** Services by their names in `arn:aws:states:::aws-sdk:<service>:<action>`. */
export const SDK_SERVICES: Readonly<Record<string, SdkService>> = {
  athena: { prefix: 'Athena', client: 'AthenaClient', load: () => import('@aws-sdk/client-athena') },
  cloudwatch: { prefix: 'CloudWatch', client: 'CloudWatchClient', load: () => import('@aws-sdk/client-cloudwatch') },
  cloudwatchlogs: { prefix: 'CloudWatchLogs', client: 'CloudWatchLogsClient', load: () => import('@aws-sdk/client-cloudwatch-logs') },
  dynamodb: { prefix: 'DynamoDb', client: 'DynamoDBClient', load: () => import('@aws-sdk/client-dynamodb') },
  eventbridge: { prefix: 'EventBridge', client: 'EventBridgeClient', load: () => import('@aws-sdk/client-eventbridge') },
  firehose: { prefix: 'Firehose', client: 'FirehoseClient', load: () => import('@aws-sdk/client-firehose') },
  glue: { prefix: 'Glue', client: 'GlueClient', load: () => import('@aws-sdk/client-glue') },
  kms: { prefix: 'Kms', client: 'KMSClient', load: () => import('@aws-sdk/client-kms') },
  lambda: { prefix: 'Lambda', client: 'LambdaClient', load: () => import('@aws-sdk/client-lambda') },
  s3: { prefix: 'S3', client: 'S3Client', load: () => import('@aws-sdk/client-s3') },
  sagemaker: { prefix: 'SageMaker', client: 'SageMakerClient', load: () => import('@aws-sdk/client-sagemaker') },
  sagemakerruntime: { prefix: 'SageMakerRuntime', client: 'SageMakerRuntimeClient', load: () => import('@aws-sdk/client-sagemaker-runtime') },
  scheduler: { prefix: 'Scheduler', client: 'SchedulerClient', load: () => import('@aws-sdk/client-scheduler') },
  sfn: { prefix: 'Sfn', client: 'SFNClient', load: () => import('@aws-sdk/client-sfn') },
  sns: { prefix: 'Sns', client: 'SNSClient', load: () => import('@aws-sdk/client-sns') },
  sqs: { prefix: 'Sqs', client: 'SQSClient', load: () => import('@aws-sdk/client-sqs') },
  ssm: { prefix: 'Ssm', client: 'SSMClient', load: () => import('@aws-sdk/client-ssm') },
  sts: { prefix: 'Sts', client: 'STSClient', load: () => import('@aws-sdk/client-sts') },
};

export interface Action {
  readonly sdk: SdkModule;
  readonly operation: OperationSchema;
}

const pascal = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** The operation behind a camel case action; `undefined` when the SDK has none. */
export async function findAction(service: string, action: string): Promise<Action | undefined> {
  const known = SDK_SERVICES[service];
  if (known === undefined || action !== `${action.charAt(0).toLowerCase()}${action.slice(1)}`) {
    return undefined;
  }
  const sdk = await known.load();
  const operation = operationsOf(sdk).get(pascal(action));
  return operation === undefined ? undefined : { sdk, operation };
}
