import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import * as sfn from '@aws-sdk/client-sfn';
import * as ssm from '@aws-sdk/client-ssm';
import { operationsOf, type OperationSchema } from '../../../local/core/schema';
import { fromSdk, toSdk } from '../../../local/stepfunctions/integrations/convert';
import { taskError } from '../../../local/stepfunctions/integrations/error-names';
import { OPTIMIZED, prepareOptimized } from '../../../local/stepfunctions/integrations/optimized';
import { resolveResource } from '../../../local/stepfunctions/integrations/resource';

const operation = (sdk: object, name: string): OperationSchema => {
  const found = operationsOf(sdk as Record<string, unknown>).get(name);
  if (found === undefined) {
    throw new Error(`no operation ${name}`);
  }
  return found;
};

test.each([
  ['arn:aws:lambda:eu-central-1:111111111111:function:f:7', { kind: 'function', pattern: 'request' }],
  ['arn:aws:states:::lambda:invoke', { service: 'lambda', action: 'invoke', pattern: 'request', prefix: 'Lambda' }],
  ['arn:aws:states:::lambda:invoke.waitForTaskToken', { service: 'lambda', pattern: 'token', resource: 'invoke.waitForTaskToken' }],
  ['arn:aws:states:::states:startExecution.sync:2', { service: 'sfn', action: 'startExecution', pattern: 'sync', prefix: 'StepFunctions' }],
  ['arn:aws:states:::dynamodb:putItem', { service: 'dynamodb', prefix: 'DynamoDB' }],
  ['arn:aws:states:::aws-sdk:dynamodb:putItem', { service: 'dynamodb', prefix: 'DynamoDb', resourceType: 'aws-sdk:dynamodb' }],
  ['arn:aws:states:::aws-sdk:sagemaker:startPipelineExecution', { service: 'sagemaker', action: 'startPipelineExecution', prefix: 'SageMaker' }],
])('%s is understood', async (arn, expected) => {
  expect(await resolveResource(arn)).toMatchObject(expected);
});

test.each([
  'arn:aws:states:::states:startExecution.sync',
  'arn:aws:states:::dynamodb:putItem.waitForTaskToken',
  'arn:aws:states:::sagemaker:createTrainingJob.sync',
  'arn:aws:states:::http:invoke',
  'nonsense',
])('%s is refused with a sentence that names it', async (arn) => {
  expect(await resolveResource(arn)).toContain(`Resource '${arn}' is not supported`);
});

const sdkError = (name: string, httpStatusCode?: number): object => ({ name, message: 'it failed', $metadata: { httpStatusCode, requestId: 'r' } });

test.each([
  [sagemaker, 'SageMaker', 'ResourceNotFound', 'SageMaker.ResourceNotFoundException'],
  [sagemaker, 'SageMaker', 'ResourceLimitExceeded', 'SageMaker.ResourceLimitExceededException'],
  [sagemaker, 'SageMaker', 'ConflictException', 'SageMaker.ConflictException'],
  [sagemaker, 'SageMaker', 'ValidationException', 'SageMaker.SageMakerException'],
  [sagemaker, 'SageMaker', 'AccessDeniedException', 'SageMaker.SageMakerException'],
  [dynamodb, 'DynamoDb', 'ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'],
  [ssm, 'Ssm', 'ParameterNotFound', 'Ssm.ParameterNotFoundException'],
  [sfn, 'Sfn', 'ExecutionAlreadyExists', 'Sfn.ExecutionAlreadyExistsException'],
  [sfn, 'StepFunctions', 'ExecutionAlreadyExists', 'StepFunctions.ExecutionAlreadyExistsException'],
])('%# %s: the error %s of the service is %s in a state', (sdk, prefix, code, expected) => {
  const failure = taskError(sdkError(code, 400), sdk as unknown as Record<string, unknown>, prefix, prefix);
  expect(failure.error).toBe(expected);
  expect(failure.causeText).toBe(`it failed (Service: ${prefix}, Status Code: 400, Request ID: r)`);
});

test('a call without an answer is a client exception', () => {
  expect(taskError(sdkError('TimeoutError'), ssm, 'Ssm', 'Ssm').error).toBe('Ssm.SdkClientException');
});

test('arguments in Pascal case become the members of the SDK', () => {
  const { input } = operation(sfn, 'StartExecution');
  expect(toSdk(input, { StateMachineArn: 'a', Input: '{}' })).toEqual({ stateMachineArn: 'a', input: '{}' });
});

test('keys of maps stay as they are', () => {
  const { input } = operation(dynamodb, 'PutItem');
  const item = { TableName: 't', Item: { pk: { S: 'lock' }, nested: { M: { lower: { N: '1' } } } } };
  expect(toSdk(input, item)).toEqual(item);
});

test.each([
  [{ stateMachineArn: 'a' }, /'stateMachineArn' is not supported by Step Functions; StartExecutionInput has StateMachineArn/],
  [{ StateMachineArn: 'a', Inputs: '{}' }, /'Inputs' is not supported/],
])('arguments %j are refused by name', (args, says) => {
  expect(() => toSdk(operation(sfn, 'StartExecution').input, args)).toThrow(says);
});

test('results come in Pascal case, with dates as text and without the metadata of the SDK', async () => {
  const { output } = operation(sfn, 'DescribeExecution');
  const result = await fromSdk(output, { executionArn: 'a', startDate: new Date(0), inputDetails: { included: true }, output: undefined, $metadata: {} });
  expect(result).toEqual({ ExecutionArn: 'a', StartDate: '1970-01-01T00:00:00.000Z', InputDetails: { Included: true } });
});

test('putEvents takes JSON as Detail and adds machine and execution to the resources', () => {
  const facts = { executionArn: 'e', stateMachineArn: 'm' };
  const events = OPTIMIZED['events:putEvents'];
  expect(events && prepareOptimized(events, { Entries: [{ Source: 's', Detail: { a: 1 }, Resources: ['r'] }] }, facts))
    .toEqual({ Entries: [{ Source: 's', Detail: '{"a":1}', Resources: ['r', 'm', 'e'] }] });
});

test('an event that the bus refuses fails the task with the answer as its cause', () => {
  const answer = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InvalidArgument' }] };
  expect(() => OPTIMIZED['events:putEvents']?.finish?.(answer)).toThrow(expect.objectContaining({ error: 'EventBridge.FailedEntry', causeText: JSON.stringify(answer) }) as Error);
});

test.each([
  ['the error type of the handler', '{"errorType":"RangeError","errorMessage":"x"}', 'RangeError'],
  ['Lambda.Unknown without one', '{"message":"x"}', 'Lambda.Unknown'],
])('a function error becomes %s', (_title, Payload, error) => {
  expect(() => OPTIMIZED['lambda:invoke']?.finish?.({ FunctionError: 'Unhandled', Payload })).toThrow(expect.objectContaining({ error }) as Error);
});

test('JSON that goes out as text is text', () => {
  const message = OPTIMIZED['sqs:sendMessage'];
  expect(message && prepareOptimized(message, { QueueUrl: 'q', MessageBody: { a: 1 } }, { executionArn: 'e', stateMachineArn: 'm' })).toEqual({ QueueUrl: 'q', MessageBody: '{"a":1}' });
});
