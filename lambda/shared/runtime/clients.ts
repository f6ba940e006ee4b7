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

/*
 * The AWS clients of the handlers, for `import * as clients`: a bundle then holds only the clients that its handler calls. Region and credentials come
 * from the Lambda environment.
 */

/** Makes a client on first use and keeps it, so that a cold start pays only for the services that a handler calls. */
function lazily<T>(make: () => T): () => T {
  let client: T | undefined;
  return () => (client ??= make());
}

export const cloudWatch = /* @__PURE__ */ lazily(() => new CloudWatchClient({}));
export const dynamoDb = /* @__PURE__ */ lazily(() => new DynamoDBClient({}));
export const eventBridge = /* @__PURE__ */ lazily(() => new EventBridgeClient({}));
export const firehose = /* @__PURE__ */ lazily(() => new FirehoseClient({}));
export const kms = /* @__PURE__ */ lazily(() => new KMSClient({}));
export const lambda = /* @__PURE__ */ lazily(() => new LambdaClient({}));
export const s3 = /* @__PURE__ */ lazily(() => new S3Client({}));
export const sageMaker = /* @__PURE__ */ lazily(() => new SageMakerClient({}));
export const sageMakerRuntime = /* @__PURE__ */ lazily(() => new SageMakerRuntimeClient({}));
export const sfn = /* @__PURE__ */ lazily(() => new SFNClient({}));
export const ssm = /* @__PURE__ */ lazily(() => new SSMClient({}));
