import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { GateErrors } from '../../lambda/gate/contract';
import { PackageMetadata } from '../../lambda/register/contract';
import { Events, type QualificationFinished } from '../../lambda/shared/process/contract';
import { names, type Place } from '../config/names';
import { ProcessStateMachine } from '../core/machines/state-machine';
import type { TestGate } from '../gates/test-gate';
import type { ModelEndpoint } from '../serving/model-endpoint';
import { awsCall } from './aws-call';
import { EndpointLock } from './endpoint-lock';
import { Fleet, fleetName } from './fleet';
import { modelPackages } from './release-starter';
import { tell } from './tell';

/** Properties of {@link Qualification}. */
export interface QualificationProps {
  readonly place: Place;
  readonly model: string;
  readonly endpoint: ModelEndpoint;
  /** Where the model packages are registered. */
  readonly registry: Place;
  /** Checks the deployed package. Context: `modelPackageArn`, `goldenUri`. */
  readonly gate: TestGate;
}

/** Longest time for a qualification: waiting for the lock, two changes of an endpoint and the gate. */
const TIMEOUT = Duration.hours(8);

/**
 * State machine that deploys a registered model package together with the application, tests both, takes the endpoint down again and says in an
 * event what the tests said. It writes nothing outside its environment: whether the package is admitted is decided where it is registered.
 *
 * Input: `ModelPackageInput`. Every ending leaves no endpoint; an ending without a verdict is the janitor's to record.
 */
export class Qualification extends Construct {
  public readonly stateMachineName: string;
  public readonly stateMachineArn: string;

  constructor(scope: Construct, id: string, props: QualificationProps) {
    super(scope, id);
    const { place, model } = props;
    this.stateMachineName = names.stateMachine(place.environment, model, 'qualification');
    const machine = new ProcessStateMachine(this, 'Machine', {
      stateMachineName: this.stateMachineName,
      comment: `Qualifies model packages of ${model} in ${place.environment}: deploy, test, take down, tell`,
      definition: sfn.DefinitionBody.fromChainable(this.define(props)),
      timeout: TIMEOUT,
    });
    this.stateMachineArn = machine.stateMachineArn;
  }

  private define({ place, model, endpoint, registry, gate }: QualificationProps): sfn.IChainable {
    const group = names.modelPackageGroup(registry.environment, model);
    const modelPackagesArn = modelPackages(this, registry, group);
    const fleet = new Fleet(this, 'Fleet', { endpoint, modelPackagesArn });
    const lock = new EndpointLock(this, 'Lock', {
      tableName: names.stateTable(place.environment, model),
      endpointName: endpoint.endpointName,
      machine: 'qualification',
      validity: TIMEOUT,
    });

    const problem = sfn.Pass.jsonata(this, 'Note the problem', { assign: { problem: '{% $states.input %}' } });
    const cleanUpFailed = sfn.Fail.jsonata(this, 'Clean-up failed', { error: 'CleanUpFailed', cause: '{% $string($states.input.Cause) %}' });
    const unlock = lock.release();
    const takeDown = fleet.removeEndpoint(fleet.remove('Take down', undefined, unlock, cleanUpFailed), cleanUpFailed);
    problem.next(takeDown);
    unlock.next(this.conclude(place, model));

    const test = gate.task(this, 'Test', {
      subject: { type: 'modelPackage', name: '{% $modelPackageArn %}', digest: '{% $packageDigest %}' },
      context: { modelPackageArn: '{% $modelPackageArn %}', goldenUri: '{% $goldenUri %}' },
      assign: { verdict: '{% $states.result.Output %}' },
    });
    test.addCatch(problem, { errors: ['States.ALL'] });
    test.next(takeDown);

    // A model whose endpoint does not come up is tested all the same: the checks find that nothing answers, and the verdict says so.
    const deploy = fleet.create(fleet.createEndpoint(fleet.watch('Watch endpoint', test, problem), problem), problem);
    return this.begin(modelPackagesArn).next(this.nameFleet(endpoint)).next(lock.acquire(deploy));
  }

  /** Reads the package that the input names. */
  private begin(modelPackagesArn: string): sfn.TaskStateBase & sfn.INextable {
    return awsCall(this, 'Describe model package', {
      service: 'sagemaker',
      action: 'describeModelPackage',
      resources: [modelPackagesArn],
      parameters: { ModelPackageName: '{% $states.input.modelPackageArn %}' },
      assign: {
        modelPackageArn: '{% $states.result.ModelPackageArn %}',
        packageDigest: '{% $states.result.MetadataProperties.GeneratedBy %}',
        goldenUri: `{% $states.result.CustomerMetadataProperties.${PackageMetadata.GOLDEN_URI} %}`,
        problem: null,
        verdict: null,
      },
    });
  }

  private nameFleet(endpoint: ModelEndpoint): sfn.Pass {
    return sfn.Pass.jsonata(this, 'Name the fleet', { assign: { fleetName: fleetName(endpoint) } });
  }

  /** Tells the verdict, and ends as it says. */
  private conclude(place: Place, model: string): sfn.IChainable {
    const detail: Record<keyof QualificationFinished, string> = {
      model,
      modelPackageArn: '{% $modelPackageArn %}',
      packageDigest: '{% $packageDigest %}',
      outcome: '{% $verdict.outcome %}',
      verdictUri: '{% $verdict.verdictUri %}',
      verdictSha256: '{% $verdict.verdictSha256 %}',
    };
    const told = tell(this, 'Tell the verdict', place, Events.QUALIFICATION_FINISHED, detail);
    const broke = sfn.Fail.jsonata(this, 'Broke', {
      error: GateErrors.BROKEN,
      cause: "{% $verdict = null ? $problem.Error & ': ' & $string($problem.Cause) : $verdict.reason %}",
    });
    const isOutcome = (outcome: string): sfn.Condition => sfn.Condition.jsonata(`{% $verdict.outcome = '${outcome}' %}`);
    told.next(
      sfn.Choice.jsonata(this, 'Passed?')
        .when(isOutcome('passed'), sfn.Succeed.jsonata(this, 'Qualified', { outputs: '{% $verdict %}' }))
        .when(isOutcome('failed'), sfn.Fail.jsonata(this, 'Not qualified', { error: GateErrors.FAILED, cause: '{% $verdict.reason %}' }))
        .otherwise(broke),
    );
    return sfn.Choice.jsonata(this, 'Verdict?').when(sfn.Condition.jsonata('{% $verdict != null %}'), told).otherwise(broke);
  }
}
