import { StateError } from '../errors';

/** How a task waits: for the answer, for the end of what it started, or for a token. */
export type Pattern = 'request' | 'sync' | 'token';

/** Facts of the execution that an integration writes into its call. */
export interface CallFacts {
  readonly executionArn: string;
  readonly stateMachineArn: string;
}

/** An integration that AWS has fitted to a service: an SDK call with a few habits of its own. */
export interface Optimized {
  readonly service: string;
  readonly prefix: string;
  readonly patterns: readonly Pattern[];
  /** Arguments that may be JSON and go out as text. */
  readonly jsonText?: readonly string[];
  prepare?(input: Readonly<Record<string, unknown>>, facts: CallFacts): Readonly<Record<string, unknown>>;
  /** Turns the call's result into the task's; throws what the task fails with. */
  finish?(output: Readonly<Record<string, unknown>>): unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const asText = (value: unknown): unknown => (typeof value === 'string' || value === undefined ? value : JSON.stringify(value));

/** Functions answer JSON text; errors of the handler fail the task under the handler's own error type. */
export function finishInvoke(output: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = typeof output['Payload'] === 'string' ? output['Payload'] : '';
  let payload: unknown = null;
  try {
    payload = text === '' ? null : JSON.parse(text);
  } catch {
    payload = text;
  }
  if (output['FunctionError'] !== undefined) {
    const type = isRecord(payload) ? payload['errorType'] : undefined;
    throw typeof type === 'string' && type !== ''
      ? new StateError(type, text, 'task')
      : new StateError('Lambda.Unknown', `The cause could not be determined because Lambda did not return an error type. Returned payload: ${text}`, 'task');
  }
  return { ...output, Payload: payload };
}

function finishPutEvents(output: Readonly<Record<string, unknown>>): unknown {
  if (Number(output['FailedEntryCount'] ?? 0) > 0) {
    throw new StateError('EventBridge.FailedEntry', JSON.stringify(output), 'task');
  }
  return output;
}

function preparePutEvents(input: Readonly<Record<string, unknown>>, facts: CallFacts): Readonly<Record<string, unknown>> {
  const entries = Array.isArray(input['Entries']) ? input['Entries'] : [];
  return {
    ...input,
    Entries: entries.map((entry: unknown) => {
      const given = isRecord(entry) ? entry : {};
      const resources = Array.isArray(given['Resources']) ? given['Resources'] as unknown[] : [];
      return { ...given, Detail: asText(given['Detail']), Resources: [...resources, facts.stateMachineArn, facts.executionArn] };
    }),
  };
}

const dynamoDb: Optimized = { service: 'dynamodb', prefix: 'DynamoDB', patterns: ['request'] };

/** By `<service>:<action>`. */
export const OPTIMIZED: Readonly<Record<string, Optimized>> = {
  'lambda:invoke': { service: 'lambda', prefix: 'Lambda', patterns: ['request', 'token'], prepare: (input) => ({ ...input, Payload: JSON.stringify(input['Payload'] ?? {}) }), finish: finishInvoke },
  'states:startExecution': { service: 'sfn', prefix: 'StepFunctions', patterns: ['request', 'sync', 'token'], jsonText: ['Input'] },
  'events:putEvents': { service: 'eventbridge', prefix: 'EventBridge', patterns: ['request', 'token'], prepare: preparePutEvents, finish: finishPutEvents },
  'sqs:sendMessage': { service: 'sqs', prefix: 'SQS', patterns: ['request', 'token'], jsonText: ['MessageBody'] },
  'sns:publish': { service: 'sns', prefix: 'SNS', patterns: ['request', 'token'], jsonText: ['Message'] },
  'dynamodb:getItem': dynamoDb,
  'dynamodb:putItem': dynamoDb,
  'dynamodb:updateItem': dynamoDb,
  'dynamodb:deleteItem': dynamoDb,
};

/** Arguments as the SDK's call wants them. */
export function prepareOptimized(optimized: Optimized, input: Readonly<Record<string, unknown>>, facts: CallFacts): Readonly<Record<string, unknown>> {
  const texts = (optimized.jsonText ?? []).filter((name) => input[name] !== undefined).map((name) => [name, asText(input[name])] as const);
  const prepared = { ...input, ...Object.fromEntries(texts) };
  return optimized.prepare?.(prepared, facts) ?? prepared;
}
