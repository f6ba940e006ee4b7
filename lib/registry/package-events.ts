import type * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { names, type Place } from '../config/names';
import { EventForwarder } from '../core/event-forwarder';
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
export class PackageEvents extends EventForwarder {
  constructor(scope: Construct, id: string, { place, model, registry, qualification, serving }: PackageEventsProps) {
    super(scope, id, { place, roleName: names.role(place.environment, model, 'package-events'), description: `Forwards events about versions of ${model}` });
    const tell = (ruleId: string, approvalStatus: string, to: Place): void => {
      const description = `Versions of ${model} that are ${approvalStatus}, for ${to.environment}`;
      this.forward(ruleId, description, packagePattern(registry.modelPackageGroupName, approvalStatus), to);
    };
    tell('Registered', 'PendingManualApproval', qualification);
    if (serving.account !== place.account) {
      tell('Approved', 'Approved', serving);
    }
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
