import { Arn, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import type { Machine } from '../../lambda/starter/contract';
import { names, type Place } from '../config/names';
import { MachineStarter } from '../core/machines/machine-starter';
import { acknowledgeWildcard } from '../core/policies/wildcards';

/** Properties of {@link ReleaseStarter}. */
export interface ReleaseStarterProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly machine: Extract<Machine, 'qualification' | 'promotion'>;
  readonly stateMachineName: string;
  /** Where the model packages are registered. */
  readonly registry: Place;
  /** Approval status of the package events that start the machine. */
  readonly approvalStatus: 'PendingManualApproval' | 'Approved';
}

/**
 * Starts a release machine when a model package changes to an approval status. The registry's events arrive on the default bus of its account;
 * elsewhere they are forwarded to the environment's own bus.
 */
export class ReleaseStarter extends MachineStarter {
  constructor(scope: Construct, id: string, { place, project, machine, stateMachineName, registry, approvalStatus }: ReleaseStarterProps) {
    const model = project.declaration.name;
    const group = names.modelPackageGroup(registry.environment, model);
    const packages = modelPackages(scope, registry, group);
    const tableName = names.stateTable(place.environment, model);
    // The promotion acts on an approval once: what it has claimed starts nothing.
    const claims = machine === 'promotion' ? [new iam.PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [stateTable(scope, tableName)] })] : [];
    super(scope, id, {
      place,
      project,
      machine,
      stateMachineName,
      environment: claims.length > 0 ? { [Env.STATE_TABLE]: tableName } : undefined,
      statements: [new iam.PolicyStatement({ actions: ['sagemaker:DescribeModelPackage'], resources: [packages] }), ...claims],
    });
    acknowledgeWildcard(this, packages, 'Versions of one model package group: they are registered after this deployment.');
    this.onEvent(
      'Rule',
      `Model packages of ${group} that are ${approvalStatus} start the ${machine}`,
      {
        source: ['aws.sagemaker'],
        account: [registry.account],
        detailType: ['SageMaker Model Package State Change'],
        // The API says Completed, the events of other SageMaker resources write in capitals: both are let in.
        detail: { ModelPackageGroupName: [group], ModelApprovalStatus: [approvalStatus], ModelPackageStatus: ['Completed', 'COMPLETED'] },
      },
      registry.account === place.account ? undefined : events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment)),
    );
  }
}

const stateTable = (scope: Construct, tableName: string): string => Arn.format({ service: 'dynamodb', resource: 'table', resourceName: tableName }, Stack.of(scope));

/** ARN pattern of the versions of a group. */
export const modelPackages = (scope: Construct, { region, account }: Place, group: string): string =>
  Arn.format({ service: 'sagemaker', region, account, resource: 'model-package', resourceName: `${group}/*` }, Stack.of(scope));
