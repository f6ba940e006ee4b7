import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { names, type Place } from '../config/names';
import { DeadLetterQueue } from './functions/dead-letter-queue';
import { ManagedRole } from './policies/managed-role';

/** Properties of {@link EventForwarder}. */
export interface EventForwarderProps {
  readonly place: Place;
  /** From `names.role(...)`: the receiving bus admits roles of the blueprint by their names. */
  readonly roleName: string;
  readonly description: string;
}

/** Hands events on to the buses of other environments. What could not be delivered lies in a queue. */
export class EventForwarder extends Construct {
  private readonly role: iam.Role;
  private readonly deadLetterQueue: sqs.Queue;

  constructor(scope: Construct, id: string, { place, roleName, description }: EventForwarderProps) {
    super(scope, id);
    this.deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
    this.role = new ManagedRole(this, 'Role', {
      roleName,
      description,
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': place.account } } }),
    });
  }

  /** @param from default: the account's default bus, on which AWS services report. */
  public forward(id: string, description: string, eventPattern: events.EventPattern, to: Place, from?: events.IEventBus): events.Rule {
    const bus = events.EventBus.fromEventBusArn(this, `${id}Bus`, busArn(this, to));
    return new events.Rule(this, id, {
      description,
      eventPattern,
      eventBus: from,
      targets: [new targets.EventBus(bus, { role: this.role, deadLetterQueue: this.deadLetterQueue })],
    });
  }
}

/** ARN of an environment's bus, here or elsewhere. */
export const busArn = (scope: Construct, { environment, account, region }: Place): string =>
  `arn:${Stack.of(scope).partition}:events:${region}:${account}:event-bus/${names.eventBus(environment)}`;
