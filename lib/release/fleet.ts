import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { hasLocalDisks } from '../core/instance-types';
import { StackNetwork } from '../core/network/stack-network';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { useStorageKey } from '../core/storage/storage-key';
import { VARIANT } from '../serving/endpoint-metrics';
import type { ModelEndpoint } from '../serving/model-endpoint';
import { awsCall, whenMissing } from './aws-call';

/** Properties of {@link Fleet}. */
export interface FleetProps {
  readonly endpoint: ModelEndpoint;
  /** ARN of the model package group whose packages are deployed, with `model-package`. */
  readonly modelPackagesArn: string;
}

/** Environment variable of the model container: which model package it is. The model's answers carry it. */
const MODEL_PACKAGE = 'MLOPS_MODEL_PACKAGE';

/** JSONata that names a fleet by version and execution: what is made twice is never the same. Variable `modelPackageArn` must be set. */
export const fleetName = (endpoint: ModelEndpoint): string =>
  `{% '${endpoint.fleetNamePrefix}' & $split($modelPackageArn, '/')[2] & '-' & $substring($hash($states.context.Execution.Id, 'SHA-256'), 0, 8) %}`;

/**
 * States that make, watch and remove models, endpoint configurations and the endpoint. Names come from the variables `fleetName` (model and
 * configuration of the candidate) and `modelPackageArn`.
 */
export class Fleet extends Construct {
  private readonly modelArn: string;
  private readonly configArn: string;
  private readonly endpoint: ModelEndpoint;

  constructor(scope: Construct, id: string, private readonly props: FleetProps) {
    super(scope, id);
    this.endpoint = props.endpoint;
    this.modelArn = props.endpoint.fleetArn('model');
    this.configArn = props.endpoint.fleetArn('endpoint-config');
    const reason = 'The names of models and endpoint configurations hold version and execution, which are known only when they run.';
    // The statements lie in the policy of the machine that uses these states: beside this construct, not below it.
    [this.modelArn, this.configArn].forEach((arn) => acknowledgeWildcard(scope, arn, reason));
    acknowledgeWildcard(scope, props.modelPackagesArn, 'Versions of one model package group: they are registered after this deployment.');
  }

  /** Creates the candidate's model and endpoint configuration. Errors go to `failed`, with `Error` and `Cause`. */
  public create(next: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
    const { executionRole, instanceType, instanceCount } = this.endpoint;
    const placement = StackNetwork.of(this)?.placement('models');
    const model = awsCall(this, 'Create model', {
      service: 'sagemaker',
      action: 'createModel',
      resources: [this.modelArn, this.props.modelPackagesArn],
      statements: [passRole(executionRole)],
      parameters: {
        ModelName: FLEET,
        ExecutionRoleArn: executionRole.roleArn,
        EnableNetworkIsolation: true,
        ...(placement === undefined ? {} : { VpcConfig: { Subnets: placement.subnetIds, SecurityGroupIds: placement.securityGroupIds } }),
        Containers: [{ ModelPackageName: '{% $modelPackageArn %}', Environment: { [MODEL_PACKAGE]: '{% $modelPackageArn %}' } }],
      },
    });
    const config = awsCall(this, 'Create endpoint configuration', {
      service: 'sagemaker',
      action: 'createEndpointConfig',
      resources: [this.configArn, this.modelArn],
      statements: hasLocalDisks(instanceType) ? [] : useStorageKey(this.endpoint.keyArn),
      parameters: {
        EndpointConfigName: FLEET,
        ...(hasLocalDisks(instanceType) ? {} : { KmsKeyId: this.endpoint.keyArn }),
        ProductionVariants: [
          { VariantName: VARIANT, ModelName: FLEET, InstanceType: instanceType, InitialInstanceCount: instanceCount, InitialVariantWeight: 1 },
        ],
      },
    });
    [model, config].forEach((task) => task.addCatch(failed, { errors: ['States.ALL'] }));
    model.next(config).next(next);
    return model;
  }

  public createEndpoint(next: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
    const task = awsCall(this, 'Create endpoint', {
      service: 'sagemaker',
      action: 'createEndpoint',
      resources: [this.endpoint.endpointArn, this.configArn],
      parameters: { EndpointName: this.endpoint.endpointName, EndpointConfigName: FLEET },
    });
    task.addCatch(failed, { errors: ['States.ALL'] });
    return task.next(next);
  }

  /** Reads the endpoint; the state's output is the description. */
  public describe(id: string, assign?: Readonly<Record<string, unknown>>): sfn.TaskStateBase & sfn.INextable {
    return awsCall(this, id, {
      service: 'sagemaker',
      action: 'describeEndpoint',
      resources: [this.endpoint.endpointArn],
      parameters: { EndpointName: this.endpoint.endpointName },
      assign,
    });
  }

  /** Waits until the endpoint has left its passing statuses, then goes on with its description as input. */
  public watch(id: string, settled: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
    const wait = sfn.Wait.jsonata(this, `${id}: wait`, { time: sfn.WaitTime.duration(POLL) });
    const describe = this.describe(id);
    describe.addCatch(failed, { errors: ['States.ALL'] });
    const changing = sfn.Condition.jsonata("{% $states.input.EndpointStatus in ['Creating', 'Updating', 'SystemUpdating', 'RollingBack'] %}");
    wait.next(describe).next(sfn.Choice.jsonata(this, `${id}: settled?`).when(changing, wait).otherwise(settled));
    return wait;
  }

  /** Takes the endpoint down, however it stands, waits until it is gone, and goes on. */
  public removeEndpoint(next: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
    const describe = this.describe('Look at endpoint before removal');
    const wait = sfn.Wait.jsonata(this, 'Wait for removal of the endpoint', { time: sfn.WaitTime.duration(POLL) });
    const remove = awsCall(this, 'Delete endpoint', {
      service: 'sagemaker',
      action: 'deleteEndpoint',
      resources: [this.endpoint.endpointArn],
      parameters: { EndpointName: this.endpoint.endpointName },
    });
    whenMissing(this, describe, next, failed);
    // An endpoint in the middle of a change can't be deleted yet; the machine's timeout ends the attempts.
    remove.addCatch(wait, { errors: ['States.ALL'] });
    describe.next(
      sfn.Choice.jsonata(this, 'Endpoint is being deleted?')
        .when(sfn.Condition.jsonata("{% $states.input.EndpointStatus = 'Deleting' %}"), wait)
        .otherwise(remove.next(wait)),
    );
    wait.next(describe);
    return describe;
  }

  /**
   * Deletes a configuration and its model, if they are there.
   *
   * @param names JSONata that yields their names. Default: those of the candidate.
   */
  public remove(id: string, names: { config: string; model: string } | undefined, next: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
    const deleteModel = awsCall(this, `${id}: delete model`, {
      service: 'sagemaker',
      action: 'deleteModel',
      resources: [this.modelArn],
      parameters: { ModelName: names?.model ?? FLEET },
    });
    const deleteConfig = awsCall(this, `${id}: delete endpoint configuration`, {
      service: 'sagemaker',
      action: 'deleteEndpointConfig',
      resources: [this.configArn],
      parameters: { EndpointConfigName: names?.config ?? FLEET },
    });
    whenMissing(this, deleteConfig, deleteModel, failed);
    whenMissing(this, deleteModel, next, failed);
    deleteConfig.next(deleteModel);
    deleteModel.next(next);
    return deleteConfig;
  }
}

const FLEET = '{% $fleetName %}';
const POLL = Duration.seconds(30);

const passRole = (role: iam.IRole): iam.PolicyStatement =>
  new iam.PolicyStatement({
    actions: ['iam:PassRole'],
    resources: [role.roleArn],
    conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
  });
