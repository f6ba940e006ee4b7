import * as cloudwatchSdk from '@aws-sdk/client-cloudwatch';
import * as cloudformationSdk from '@aws-sdk/client-cloudformation';
import * as lambdaSdk from '@aws-sdk/client-lambda';
import * as sagemakerSdk from '@aws-sdk/client-sagemaker';
import { awsJson } from '../../../../local/core/protocol/json';
import { awsQuery } from '../../../../local/core/protocol/query';
import { restJson } from '../../../../local/core/protocol/rest';
import { operationsOf } from '../../../../local/core/schema';
import { ServiceError } from '../../../../local/core/service';
import { validateOperation } from '../../../../local/core/validate';

const request = (over: { method?: string; url?: string; headers?: Record<string, string>; body?: string }) => ({
  method: 'POST', url: '/', headers: {}, ...over, body: Buffer.from(over.body ?? ''),
});

/** Holds the layout of the SDK's schemas, which is internal to it. */
describe('schemas of the SDK', () => {
  const job = {
    ProcessingJobName: 'j',
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 } },
    AppSpecification: { ImageUri: 'i' },
    RoleArn: 'r',
    Environment: { A: 'b' },
  };

  test('accept a good body', () => {
    expect(validateOperation(sagemakerSdk, 'CreateProcessingJob', job)).toEqual([]);
  });

  test.each([
    ['a missing member, deep inside', { ...job, ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 't' } } },
      'ProcessingResources.ClusterConfig.VolumeSizeInGB: missing required member'],
    ['a wrong type in a map', { ...job, Environment: { A: 1 } }, 'Environment.A: expected string, got number'],
    ['an unknown member', { ...job, Bogus: true }, 'Bogus: unknown member'],
    ['a structure where a list belongs', { ...job, ProcessingInputs: {} }, 'ProcessingInputs: expected list, got object'],
    ['a text where a number belongs', { ...job, StoppingCondition: { MaxRuntimeInSeconds: '60' } }, 'StoppingCondition.MaxRuntimeInSeconds: expected number, got string'],
  ])('name %s', (_name, body, problem) => {
    expect(validateOperation(sagemakerSdk, 'CreateProcessingJob', body)).toEqual([problem]);
  });

  test('want exactly one member of a union', () => {
    const component = (value: object): string[] => validateOperation(sagemakerSdk, 'CreateTrialComponent', { TrialComponentName: 'c', Parameters: { a: value } });
    expect(component({ NumberValue: 1 })).toEqual([]);
    expect(component({ NumberValue: 1, StringValue: 'x' })).toEqual(['Parameters.a: a union needs exactly one member, got 2']);
  });
});

describe('REST JSON', () => {
  test('takes members from path, query, headers and the raw body', () => {
    const { operation, input } = restJson.decode(request({
      url: '/2015-03-31/functions/arn%3Aaws%3Alambda%3Af/invocations?Qualifier=live',
      headers: { 'x-amz-invocation-type': 'Event' },
      body: '{"a":1}',
    }), lambdaSdk);
    expect(operation.name).toBe('Invoke');
    expect(input).toEqual({ FunctionName: 'arn:aws:lambda:f', Qualifier: 'live', InvocationType: 'Event', Payload: Buffer.from('{"a":1}') });
  });

  test('finds an operation by the query parameter of its template', () => {
    const url = '/2018-10-31/layers?find=LayerVersion&Arn=arn%3Ax';
    expect(restJson.decode(request({ method: 'GET', url }), lambdaSdk)).toMatchObject({ operation: { name: 'GetLayerVersionByArn' }, input: { Arn: 'arn:x' } });
  });

  test('puts members into status, headers and the raw body', () => {
    const invoke = operationsOf(lambdaSdk).get('Invoke');
    const answer = restJson.encode(invoke ?? fail(), { StatusCode: 202, FunctionError: 'Unhandled', Payload: Buffer.from('x') }, request({}), 'id');
    expect(answer).toMatchObject({ status: 202, headers: { 'x-amz-function-error': 'Unhandled' }, body: Buffer.from('x') });
  });

  test('answers errors with the status of their schema', () => {
    const answer = restJson.encodeError(new ServiceError('ResourceNotFoundException', 'gone'), request({}), lambdaSdk, 'id');
    expect(answer).toMatchObject({ status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } });
  });

  test('refuses a path that no operation has', () => {
    expect(() => restJson.decode(request({ method: 'PUT', url: '/nowhere' }), lambdaSdk)).toThrow('no operation at PUT /nowhere');
  });
});

describe('JSON', () => {
  test('decodes timestamps and encodes dates as epoch seconds', () => {
    const body = JSON.stringify({ Namespace: 'n', MetricData: [{ MetricName: 'm', Timestamp: 1_767_225_600.5, Value: 1 }] });
    const { input } = awsJson.decode(request({ headers: { 'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData' }, body }), cloudwatchSdk);
    expect(input).toMatchObject({ MetricData: [{ Timestamp: new Date('2026-01-01T00:00:00.500Z') }] });
    const describe = operationsOf(sagemakerSdk).get('DescribeEndpoint');
    const answer = awsJson.encode(describe ?? fail(), { EndpointName: 'e', CreationTime: new Date(1500), Unknown: 1 }, request({}), 'id');
    expect(JSON.parse(String(answer.body))).toEqual({ EndpointName: 'e', CreationTime: 1.5 });
  });

  test('tells the query code of an error beside its name', () => {
    const answer = awsJson.encodeError(new ServiceError('ResourceNotFound', 'gone'), request({}), cloudwatchSdk, 'id');
    expect(answer.headers).toMatchObject({ 'x-amzn-query-error': 'ResourceNotFound;Sender' });
  });

  test('names a body that is no JSON', () => {
    expect(() => awsJson.decode(request({ headers: { 'x-amz-target': 'SageMaker.ListModels' }, body: '{' }), sagemakerSdk)).toThrow('the body is no JSON');
  });
});

describe('query', () => {
  const decode = (parameters: Record<string, string>): unknown =>
    awsQuery.decode(request({ body: new URLSearchParams(parameters).toString() }), cloudformationSdk).input;

  test('rebuilds lists, structures, numbers and booleans from flat parameters', () => {
    expect(decode({
      Action: 'CreateChangeSet', Version: '2010-05-15', StackName: 's', 'Parameters.member.1.ParameterKey': 'a', 'Parameters.member.1.UsePreviousValue': 'true',
      'Parameters.member.2.ParameterKey': 'b', 'Capabilities.member.1': 'CAPABILITY_IAM', Tags: '',
    })).toEqual({
      StackName: 's', Parameters: [{ ParameterKey: 'a', UsePreviousValue: true }, { ParameterKey: 'b' }], Capabilities: ['CAPABILITY_IAM'], Tags: [],
    });
  });

  test('keeps an unknown parameter for the validation to name', () => {
    expect(validateOperation(cloudformationSdk, 'ListStacks', decode({ Action: 'ListStacks', Bogus: '1' }))).toEqual(['Bogus: unknown member']);
  });

  test('refuses an action that the SDK does not know', () => {
    expect(() => decode({ Action: 'MakeCoffee' })).toThrow('"MakeCoffee"');
  });
});

function fail(): never {
  throw new Error('the SDK lacks an operation');
}
