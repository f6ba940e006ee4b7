import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';

/** Makes a client on first use and keeps it, so that a cold start pays only for the services that a handler calls. */
function lazily<T>(make: () => T): () => T {
  let client: T | undefined;
  return () => (client ??= make());
}

/** The AWS clients of the handlers; region and credentials come from the Lambda environment. */
export const clients = {
  cloudWatch: lazily(() => new CloudWatchClient({})),
  dynamoDb: lazily(() => new DynamoDBClient({})),
  eventBridge: lazily(() => new EventBridgeClient({})),
  firehose: lazily(() => new FirehoseClient({})),
  kms: lazily(() => new KMSClient({})),
  lambda: lazily(() => new LambdaClient({})),
  s3: lazily(() => new S3Client({})),
  sageMaker: lazily(() => new SageMakerClient({})),
  sageMakerRuntime: lazily(() => new SageMakerRuntimeClient({})),
  sfn: lazily(() => new SFNClient({})),
  ssm: lazily(() => new SSMClient({})),
} as const;
