import { Arn, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Layout, type ModelProjectData } from '../../lambda/shared/contract';
import { type Machine, StarterEnv } from '../../lambda/starter/contract';
import { names, type Place } from '../config/names';
import { HandlerFunction } from '../core/handler-function';
import { acknowledgeWildcard } from '../core/wildcards';

/** Properties of {@link ReleaseStarter}. */
export interface ReleaseStarterProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly machine: Extract<Machine, 'qualification' | 'promotion'>;
  readonly stateMachineArn: string;
  /** Where the model packages are registered. */
  readonly registry: Place;
  /** Approval status of the package events that start the machine. */
  readonly approvalStatus: 'PendingManualApproval' | 'Approved';
}

/**
 * Starts a release machine when a model package of the group changes to an approval status. The registry's events arrive on the default bus of its
 * account; elsewhere they are forwarded to the environment's own bus.
 */
export class ReleaseStarter extends Construct {
  constructor(scope: Construct, id: string, props: ReleaseStarterProps) {
    super(scope, id);
    const { place, project, machine, registry } = props;
    const model = project.declaration.name;
    const group = names.modelPackageGroup(registry.environment, model);
    const stack = Stack.of(this);
    const starter = new HandlerFunction(this, 'Starter', {
      handler: 'starter',
      description: `Starts the ${machine} of ${model} once for each change of a model package`,
      roleName: names.role(place.environment, model, `${machine}-starter`),
      project,
      environment: { [StarterEnv.STATE_MACHINE_ARN]: props.stateMachineArn, [StarterEnv.MACHINE]: machine },
      statements: [
        new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [props.stateMachineArn] }),
        new iam.PolicyStatement({
          actions: ['ssm:GetParameter'],
          resources: [Arn.format({ service: 'ssm', resource: 'parameter', resourceName: Layout.championParameter(model).slice(1) }, stack)],
        }),
        new iam.PolicyStatement({ actions: ['sagemaker:DescribeModelPackage'], resources: [modelPackages(this, registry, group)] }),
      ],
    });
    acknowledgeWildcard(starter, modelPackages(this, registry, group), 'Versions of one model package group: they are registered after this deployment.');
    const rule = new events.Rule(this, 'Rule', {
      description: `Model packages of ${group} that are ${props.approvalStatus} start the ${machine}`,
      eventBus: registry.account === place.account ? undefined : events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment)),
      eventPattern: {
        source: ['aws.sagemaker'],
        account: [registry.account],
        detailType: ['SageMaker Model Package State Change'],
        detail: {
          ModelPackageGroupName: [group],
          ModelApprovalStatus: [props.approvalStatus],
          // The API says Completed, the events of other SageMaker resources write in capitals: both are let in.
          ModelPackageStatus: ['Completed', 'COMPLETED'],
        },
      },
    });
    rule.addTarget(new targets.LambdaFunction(starter.function, { retryAttempts: 8, maxEventAge: Duration.hours(6) }));
  }
}

/** ARN pattern of the versions of a group. */
export const modelPackages = (scope: Construct, { region, account }: Place, group: string): string =>
  Arn.format({ service: 'sagemaker', region, account, resource: 'model-package', resourceName: `${group}/*` }, Stack.of(scope));
