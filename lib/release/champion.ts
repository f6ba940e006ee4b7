import { Arn, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { EventBridgePutEvents } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { type ChampionRecord, Events } from '../../lambda/shared/process/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { retryAwsApi } from '../core/machines/retry';
import { awsCall } from './aws-call';

/** Properties of {@link recordChampion}. */
export interface RecordChampionProps {
  readonly place: Place;
  readonly model: string;
  readonly endpointName: string;
}

/** States that write the champion's record from the variables `package` and `fleetName`, tell of it, and go on. The record is the variable `champion`. */
export function recordChampion(scope: Construct, { place, model, endpointName }: RecordChampionProps, next: sfn.IChainable): sfn.IChainable {
  const parameter = Layout.championParameter(model);
  const record: Record<keyof ChampionRecord, string> = {
    model,
    modelPackageArn: '{% $package.modelPackageArn %}',
    packageDigest: '{% $package.packageDigest %}',
    manifestUri: '{% $package.manifestUri %}',
    modelDataUrl: '{% $package.modelDataUrl %}',
    referenceUri: '{% $package.referenceUri %}',
    endpointName,
    endpointConfigName: '{% $fleetName %}',
    modelName: '{% $fleetName %}',
    promotedAt: '{% $now() %}',
  };
  const compose = sfn.Pass.jsonata(scope, 'Compose champion', { assign: { champion: record } });
  const write = awsCall(scope, 'Write champion', {
    service: 'ssm',
    action: 'putParameter',
    resources: [Arn.format({ service: 'ssm', resource: 'parameter', resourceName: parameter.slice(1) }, Stack.of(scope))],
    parameters: { Name: parameter, Type: 'String', Value: '{% $string($champion) %}', Overwrite: true, Description: `Model in production of ${model}` },
  });
  const tell = EventBridgePutEvents.jsonata(scope, 'Tell the champion', {
    entries: [
      {
        eventBus: events.EventBus.fromEventBusName(scope, 'Bus', names.eventBus(place.environment)),
        source: Events.SOURCE,
        detailType: Events.CHAMPION_CHANGED,
        detail: sfn.TaskInput.fromObject({ ...record, promotedAt: '{% $champion.promotedAt %}' }),
      },
    ],
    taskTimeout: sfn.Timeout.duration(Duration.minutes(2)),
  });
  tell.addRetry(retryAwsApi('EventBridge'));
  return compose.next(write).next(tell).next(next);
}
