import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SDK_SERVICES } from '../stepfunctions/integrations/services';

/** An operation of AWS by the signing name of its service. */
export interface Operation {
  readonly service: string;
  readonly operation: string;
}

/** Signing names where they are not the name of the SDK's package or of the Step Functions integration. */
const SIGNING_NAMES: Readonly<Record<string, string>> = {
  cloudwatch: 'monitoring', 'cloudwatch-logs': 'logs', cloudwatchlogs: 'logs', eventbridge: 'events', 'sagemaker-runtime': 'sagemaker', sagemakerruntime: 'sagemaker', sfn: 'states',
};

export const signingName = (name: string): string => SIGNING_NAMES[name] ?? name;

const IMPORT = /import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g;

/** Operations that the sources of the Lambda handlers call: the commands that they import from the AWS SDK. */
export function handlerOperations(folder: string): Operation[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  const found = files.flatMap(({ name, parentPath }) =>
    [...readFileSync(join(parentPath, name), 'utf8').matchAll(IMPORT)].flatMap(([, names = '', client = '']) =>
      [...names.matchAll(/(?<!type )\b(\w+)Command\b/g)].map(([, operation = '']) => ({ service: signingName(client), operation }))));
  return unique(found);
}

const RESOURCE = /^arn:aws:states:::(?:aws-sdk:)?([\w-]+):(\w+)/;
/** Optimized integrations that are named after the service, not after its client. */
const CLIENT_OF: Readonly<Record<string, string>> = { states: 'sfn', events: 'eventbridge' };

/** The operation behind a Task's Resource; a function's ARN is a call of Lambda. */
export function taskOperation(resource: string): Operation | undefined {
  if (/^arn:aws:lambda:/.test(resource)) {
    return { service: 'lambda', operation: 'Invoke' };
  }
  const [, service = '', action = ''] = RESOURCE.exec(resource) ?? [];
  const client = CLIENT_OF[service] ?? service;
  return client in SDK_SERVICES ? { service: signingName(client), operation: `${action.charAt(0).toUpperCase()}${action.slice(1)}` } : undefined;
}

/** Without repetitions, in the order of service and operation. */
export const unique = (operations: readonly Operation[]): Operation[] => {
  const text = ({ service, operation }: Operation): string => `${service}:${operation}`;
  return [...new Map(operations.map((one) => [text(one), one])).values()].toSorted((a, b) => text(a).localeCompare(text(b)));
};
