import { type StateError, STATES } from '../errors';
import type { Integration } from '../integrations/resource';
import type { Place } from './execution';

interface Scheduled {
  readonly parameters: string;
  readonly limit?: number;
  readonly heartbeat?: number;
  readonly assumeRoleArn?: string;
}

/** Writes what happens to one attempt of a Task into the history. */
export interface TaskEvents {
  scheduled(what: Scheduled): void;
  submitted(output: string): void;
  succeeded(output: string): void;
  failed(failure: StateError): void;
}

const details = { truncated: false };

const failureOf = ({ error, causeText }: StateError): object => ({ error, ...(causeText === undefined ? {} : { cause: causeText }) });

/** Function ARNs have events of their own; every other integration has Task events. */
export function taskEvents(place: Place, integration: Integration): TaskEvents {
  const { history, region } = place.execution;
  const add = (type: string, about?: object): void => void history.add(place.thread, type, about);
  if (integration.kind === 'function') {
    return {
      scheduled: ({ parameters, limit }) => {
        add('LambdaFunctionScheduled', { resource: integration.functionArn, input: parameters, inputDetails: details, timeoutInSeconds: limit });
        add('LambdaFunctionStarted');
      },
      submitted: () => undefined,
      succeeded: (output) => add('LambdaFunctionSucceeded', { output, outputDetails: details }),
      failed: (failure) => add(failure.error === STATES.TIMEOUT ? 'LambdaFunctionTimedOut' : 'LambdaFunctionFailed', failureOf(failure)),
    };
  }
  const { resource, resourceType } = integration;
  const about = { resourceType, resource };
  return {
    scheduled: ({ parameters, limit, heartbeat, assumeRoleArn }) => {
      add('TaskScheduled', {
        ...about,
        region,
        parameters,
        timeoutInSeconds: limit,
        heartbeatInSeconds: heartbeat,
        ...(assumeRoleArn === undefined ? {} : { taskCredentials: { roleArn: assumeRoleArn } }),
      });
      add('TaskStarted', about);
    },
    submitted: (output) => add('TaskSubmitted', { ...about, output, outputDetails: details }),
    succeeded: (output) => add('TaskSucceeded', { ...about, output, outputDetails: details }),
    failed: (failure) => add(failure.error === STATES.TIMEOUT ? 'TaskTimedOut' : 'TaskFailed', { ...about, ...failureOf(failure) }),
  };
}
