import { Arn, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { type ChampionRecord, Events } from '../../lambda/shared/process/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import type { Place } from '../config/names';
import { awsCall } from './aws-call';
import { tell } from './tell';

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
  const told = tell(scope, 'Tell the champion', place, Events.CHAMPION_CHANGED, { ...record, promotedAt: '{% $champion.promotedAt %}' });
  return compose.next(write).next(told).next(next);
}
