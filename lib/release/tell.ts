import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { EventBridgePutEvents } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { Events } from '../../lambda/shared/process/contract';
import { names, type Place } from '../config/names';
import { retryAwsApi } from '../core/machines/retry';

/** A state that puts an event of the process on the environment's own bus. */
export function tell(scope: Construct, id: string, { environment }: Place, detailType: string, detail: Readonly<Record<string, string>>): EventBridgePutEvents {
  const bus = events.EventBus.fromEventBusName(scope, `${id} bus`, names.eventBus(environment));
  const state = EventBridgePutEvents.jsonata(scope, id, {
    entries: [{ eventBus: bus, source: Events.SOURCE, detailType, detail: sfn.TaskInput.fromObject({ ...detail }) }],
    taskTimeout: sfn.Timeout.duration(Duration.minutes(2)),
  });
  state.addRetry(retryAwsApi('EventBridge'));
  return state;
}
