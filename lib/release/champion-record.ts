import { Arn, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { DeadLetterQueue } from '../core/functions/dead-letter-queue';
import { HandlerFunction } from '../core/functions/handler-function';
import { championPattern } from './champion-events';

/** Properties of {@link ChampionRecorder}. */
export interface ChampionRecorderProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  /** Where champions are promoted: an account that is not this one. */
  readonly promotion: Place;
}

/** Keeps the champion's record in an account that promotes nothing itself, from the events of the account that does. */
export class ChampionRecorder extends Construct {
  constructor(scope: Construct, id: string, { place, project, promotion }: ChampionRecorderProps) {
    super(scope, id);
    const model = project.declaration.name;
    const deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
    const parameter = Arn.format({ service: 'ssm', resource: 'parameter', resourceName: Layout.championParameter(model).slice(1) }, Stack.of(this));
    const handler = new HandlerFunction(this, 'Function', {
      handler: 'champion-record',
      description: `Records the champion of ${model} that ${promotion.environment} promoted`,
      roleName: names.role(place.environment, model, 'champion-record'),
      project,
      deadLetterQueue,
      statements: [new iam.PolicyStatement({ actions: ['ssm:GetParameter', 'ssm:PutParameter'], resources: [parameter] })],
    });
    new events.Rule(this, 'Changed', {
      description: `Champions of ${model} that ${promotion.environment} promoted`,
      eventBus: events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment)),
      eventPattern: championPattern(model, promotion),
      targets: [new targets.LambdaFunction(handler.function, { deadLetterQueue, maxEventAge: Duration.hours(6), retryAttempts: 20 })],
    });
  }
}
