import { Arn, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { MODEL_PACKAGE_GROUP } from '../../lambda/register/contract';
import { Events } from '../../lambda/shared/process/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Stages } from '../../lambda/shared/registry/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { DeadLetterQueue } from '../core/functions/dead-letter-queue';
import { HandlerFunction } from '../core/functions/handler-function';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { processPattern } from '../core/process-events';
import { changeStages } from './change-stages';
import type { ModelRegistry } from './model-registry';
import { denyApproval } from './no-approval';

/** Properties of {@link LifeCycle}. */
export interface LifeCycleProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly registry: ModelRegistry;
  /** Where versions are promoted. */
  readonly promotion: Place;
  /** How often stages are compared with the champion, should an event have been lost. @default 1 hour */
  readonly interval?: Duration;
}

/**
 * Keeps the stage of every version (`ModelLifeCycle`) true to what serves, where the versions are registered: the promotion tells of champions and of versions that were rolled back. It may move
 * versions into and out of production's stage and never approve one.
 */
export class LifeCycle extends Construct {
  constructor(scope: Construct, id: string, { place, project, registry, promotion, interval = Duration.hours(1) }: LifeCycleProps) {
    super(scope, id);
    const model = project.declaration.name;
    const deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
    const parameter = Arn.format({ service: 'ssm', resource: 'parameter', resourceName: Layout.championParameter(model).slice(1) }, Stack.of(this));
    const handler = new HandlerFunction(this, 'Function', {
      handler: 'life-cycle',
      description: `Keeps the stages of versions of ${model} true to the champion`,
      roleName: names.role(place.environment, model, 'life-cycle'),
      project,
      deadLetterQueue,
      environment: { [MODEL_PACKAGE_GROUP]: registry.modelPackageGroupName },
      statements: [
        new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: [parameter] }),
        new iam.PolicyStatement({ actions: ['sagemaker:ListModelPackages'], resources: [registry.groupArn] }),
        new iam.PolicyStatement({ actions: ['sagemaker:DescribeModelPackage'], resources: [registry.packagesArn] }),
        changeStages(registry.packagesArn, [Stages.PRODUCTION, Stages.RETIRED]),
        denyApproval('sagemaker:UpdateModelPackage', registry.packagesArn),
      ],
    });
    acknowledgeWildcard(handler, registry.packagesArn, 'Versions of one group: the registry numbers them.');
    const bus = events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment));
    const call = (ruleId: string, description: string, rule: Pick<events.RuleProps, 'eventBus' | 'eventPattern' | 'schedule'>): void => {
      const target = new targets.LambdaFunction(handler.function, { deadLetterQueue, maxEventAge: Duration.hours(6), retryAttempts: 20 });
      new events.Rule(this, ruleId, { description, targets: [target], ...rule });
    };
    call('Changed', `Champions of ${model}`, { eventBus: bus, eventPattern: processPattern(Events.CHAMPION_CHANGED, model, promotion) });
    call('RolledBack', `Versions of ${model} whose shift was rolled back`, { eventBus: bus, eventPattern: processPattern(Events.PROMOTION_ROLLED_BACK, model, promotion) });
    call('Schedule', `Compares the stages of versions of ${model} with the champion`, { schedule: events.Schedule.rate(interval) });
  }
}
