import { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { names, type Place } from '../config/names';
import { DeadLetterQueue } from '../core/dead-letter-queue';
import { ManagedRole } from '../core/managed-role';
import type { ModelRegistry } from './model-registry';

/** Properties of {@link PackageEvents}. */
export interface PackageEventsProps {
  readonly place: Place;
  readonly model: string;
  readonly registry: ModelRegistry;
  /** Where new versions are qualified. */
  readonly qualification: Place;
  /** Where approved versions are served. */
  readonly serving: Place;
}

/**
 * Tells other accounts of versions: SageMaker reports on the default bus of the registry's account only. New ones go to the environment that
 * qualifies them, approved ones to the account that serves them, should it be another one.
 */
export class PackageEvents extends Construct {
  constructor(scope: Construct, id: string, private readonly props: PackageEventsProps) {
    super(scope, id);
    const { place, model, qualification, serving } = props;
    const deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
    // The receiving bus admits roles of the blueprint by their names.
    const role = new ManagedRole(this, 'Role', {
      roleName: names.role(place.environment, model, 'package-events'),
      description: `Forwards events about versions of ${model}`,
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': place.account } } }),
    });
    this.forward('Registered', 'PendingManualApproval', qualification, role, deadLetterQueue);
    if (serving.account !== place.account) {
      this.forward('Approved', 'Approved', serving, role, deadLetterQueue);
    }
  }

  private forward(id: string, approvalStatus: string, to: Place, role: iam.Role, deadLetterQueue: DeadLetterQueue): void {
    const busArn = `arn:${Stack.of(this).partition}:events:${to.region}:${to.account}:event-bus/${names.eventBus(to.environment)}`;
    new events.Rule(this, id, {
      description: `Versions of ${this.props.model} that are ${approvalStatus}, for ${to.environment}`,
      eventPattern: packagePattern(this.props.registry.modelPackageGroupName, approvalStatus),
      targets: [new targets.EventBus(events.EventBus.fromEventBusArn(this, `${id}Bus`, busArn), { role, deadLetterQueue })],
    });
  }
}

/** Pattern of SageMaker's events about versions of a group with an approval status. SageMaker writes statuses in two ways. */
export const packagePattern = (modelPackageGroupName: string, approvalStatus: string): events.EventPattern => ({
  source: ['aws.sagemaker'],
  detailType: ['SageMaker Model Package State Change'],
  detail: {
    ModelPackageGroupName: [modelPackageGroupName],
    ModelApprovalStatus: [approvalStatus],
    ModelPackageStatus: ['Completed', 'COMPLETED'],
  },
});
