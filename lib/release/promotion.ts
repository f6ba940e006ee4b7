import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { RolloutContext } from '../../lambda/rollout-check/contract';
import { Events, type PromotionRolledBack } from '../../lambda/shared/process/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { rolloutAlarms } from '../../lambda/shared/release/contract';
import { names, type Place } from '../config/names';
import type { HandlerFunction } from '../core/functions/handler-function';
import { InvokeHandler } from '../core/machines/invoke-handler';
import { ProcessStateMachine } from '../core/machines/state-machine';
import { acknowledgeRule } from '../core/policies/acknowledge';
import type { TestGate } from '../gates/test-gate';
import { VARIANT } from '../serving/endpoint-metrics';
import type { ModelEndpoint } from '../serving/model-endpoint';
import { awsCall, whenMissing } from './aws-call';
import { recordChampion } from './champion';
import { EndpointLock } from './endpoint-lock';
import { Fleet, fleetName } from './fleet';
import { Once } from './once';
import { modelPackages } from './release-starter';
import { RolloutAlarms } from './rollout-alarms';
import { tell } from './tell';

/** Properties of {@link Promotion}. */
export interface PromotionProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly endpoint: ModelEndpoint;
  /** Where the model packages are registered. */
  readonly registry: Place;
  /** Function `promotion-admit`: refuses what has no valid qualification. */
  readonly admit: HandlerFunction;
  /** Judges the shift. Context: `modelPackageArn`, `goldenUri` and `RolloutContext`. */
  readonly gate: TestGate;
}

/** Longest time of a promotion besides the shift itself: waiting for the lock, the first endpoint, the gate and the way back. */
const MARGIN = Duration.hours(8);

/**
 * State machine that brings an approved model package into production: admits, shifts traffic under alarms, watches, tests, records the champion
 * and retires what served before. Whatever fails, the version that served before serves on. Each approval is acted on once.
 *
 * Input: `ModelPackageInput`. A rollback of a released version is this machine with an earlier package, approved again.
 */
export class Promotion extends Construct {
  public readonly stateMachineName: string;
  public readonly stateMachineArn: string;
  private readonly fleet: Fleet;
  private readonly alarms: RolloutAlarms;
  private readonly lock: EndpointLock;
  private readonly once: Once;
  /** Where the machine can't tell any more what stands: nothing more is touched, the janitor and a person look. */
  private readonly lost: sfn.Fail;

  constructor(scope: Construct, id: string, private readonly props: PromotionProps) {
    super(scope, id);
    const { place, project, endpoint, registry } = props;
    const model = project.declaration.name;
    const timeout = endpoint.routing.timeout.plus(MARGIN);
    const group = names.modelPackageGroup(registry.environment, model);
    this.fleet = new Fleet(this, 'Fleet', {
      endpoint,
      modelPackagesArn: modelPackages(this, registry, group),
    });
    this.alarms = new RolloutAlarms(this, 'Alarms', { endpoint, limits: project.declaration.serving.rollout });
    this.lock = new EndpointLock(this, 'Lock', {
      tableName: names.stateTable(place.environment, model),
      endpointName: endpoint.endpointName,
      machine: 'promotion',
      validity: timeout,
    });
    this.once = new Once(this, 'Once', { place, model });
    this.lost = sfn.Fail.jsonata(this, 'Lost track', { error: 'PromotionLostTrack', cause: "{% $states.input.Error & ': ' & $string($states.input.Cause) %}" });
    this.stateMachineName = names.stateMachine(place.environment, model, 'promotion');
    const machine = new ProcessStateMachine(this, 'Machine', {
      stateMachineName: this.stateMachineName,
      comment: `Promotes model packages of ${model} in ${place.environment}: admit, shift, watch, test, record, retire`,
      definition: sfn.DefinitionBody.fromChainable(this.define()),
      timeout,
      statements: [this.alarms.readStatement()],
    });
    this.stateMachineArn = machine.stateMachineArn;
    acknowledgeRule(machine, 'RollbackAlarms[State::Shift traffic back]', ['Mlops'], 'The way back itself: traffic returns to the version that served before, and there is no other to go to.');
  }

  private define(): sfn.IChainable {
    const { endpoint } = this.props;
    const abandon = this.abandon();
    const problem = this.note('Note the problem', 'PromotionFailed', "$states.input.Error & ': ' & $string($states.input.Cause)", abandon);
    const test = this.test(this.tellRolledBack(this.goBack(abandon)));
    const watch = this.fleet.watch('Watch shift', this.judgeShift(test), this.lost);
    const first = this.fleet.createEndpoint(watch, problem);
    const deploy = this.fleet.create(this.look(first, this.shift(watch, problem), problem), problem);
    const name = sfn.Pass.jsonata(this, 'Name the fleet', { assign: { fleetName: fleetName(endpoint) } });
    const unlessItServes = this.once.unlessItServes(this.fleet.describe('Look at what serves'), this.lock.release('Serves already: unlock endpoint'), deploy);
    return this.admit().next(name).next(this.once.claimApproval(this.lock.acquire(unlessItServes)));
  }

  private admit(): InvokeHandler {
    return new InvokeHandler(this, 'Admit', {
      handler: this.props.admit,
      comment: 'Refuses a package without a signed qualification of exactly this artifact',
      payload: { modelPackageArn: '{% $states.input.modelPackageArn %}', packageDigest: '{% $states.input.packageDigest %}' },
      assign: {
        package: '{% $states.result.Payload %}',
        modelPackageArn: '{% $states.result.Payload.modelPackageArn %}',
        packageDigest: '{% $states.result.Payload.packageDigest %}',
        startedAt: '{% $now() %}',
        previousConfig: null,
        previousModel: null,
        rolledBack: null,
        alarmReasons: null,
      },
    });
  }

  /** Whether there is an endpoint, and what serves there. */
  private look(first: sfn.IChainable, shift: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
    const look = this.fleet.describe('Look at endpoint');
    const wait = sfn.Wait.jsonata(this, 'Wait for endpoint', { time: sfn.WaitTime.duration(Duration.seconds(60)) });
    const unusable = sfn.Pass.jsonata(this, 'Endpoint is unusable', {
      outputs: { Error: 'EndpointUnusable', Cause: "{% 'the endpoint is ' & $states.input.EndpointStatus & ': delete it, and approve the model package again, with another approval description' %}" },
    });
    whenMissing(this, look, first, failed);
    const status = (...statuses: string[]): sfn.Condition =>
      sfn.Condition.jsonata(`{% $states.input.EndpointStatus in [${statuses.map((name) => `'${name}'`).join(', ')}] %}`);
    const previous = awsCall(this, 'Look at configuration', {
      service: 'sagemaker',
      action: 'describeEndpointConfig',
      resources: [this.props.endpoint.fleetArn('endpoint-config')],
      parameters: { EndpointConfigName: '{% $states.input.EndpointConfigName %}' },
      assign: { previousConfig: '{% $states.result.EndpointConfigName %}', previousModel: '{% $states.result.ProductionVariants[0].ModelName %}' },
    });
    previous.addCatch(failed, { errors: ['States.ALL'] });
    wait.next(look);
    look.next(
      sfn.Choice.jsonata(this, 'Endpoint is ready?')
        .when(status('InService'), previous.next(shift))
        .when(status('Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'), wait)
        .otherwise(unusable.next(failed)),
    );
    return look;
  }

  /** Moves the traffic; the alarms of the new fleet move it back. */
  private shift(watch: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
    const { endpoint } = this.props;
    const update = this.update('Shift traffic', {
      EndpointConfigName: '{% $fleetName %}',
      // Without it the instance count would fall back to that of the configuration, against the autoscaling.
      RetainAllVariantProperties: true,
      DeploymentConfig: endpoint.routing.deploymentConfig(Object.values(rolloutAlarms(endpoint.endpointName))),
    });
    update.addCatch(failed, { errors: ['States.ALL'] });
    return this.alarms.create(update.next(watch), failed);
  }

  private update(id: string, parameters: Readonly<Record<string, unknown>>): sfn.TaskStateBase & sfn.INextable {
    const { endpoint } = this.props;
    return awsCall(this, id, {
      service: 'sagemaker',
      action: 'updateEndpoint',
      resources: [endpoint.endpointArn, endpoint.fleetArn('endpoint-config')],
      parameters: { EndpointName: endpoint.endpointName, ...parameters },
    });
  }

  /** The status alone does not tell a rollback from a success: both end in service, but on another configuration. */
  private judgeShift(test: sfn.IChainable): sfn.IChainable {
    const note = sfn.Pass.jsonata(this, 'Note the rollback', {
      assign: {
        rolledBack:
          "{% 'endpoint ' & $status.EndpointStatus & ' with configuration ' & $status.EndpointConfigName & ' instead of ' & $fleetName & " +
          "($alarmReasons = null ? '' : '; ' & $alarmReasons) & ($exists($status.FailureReason) ? '; ' & $status.FailureReason : '') %}",
      },
    });
    const stuck = sfn.Fail.jsonata(this, 'Rollback failed', {
      error: 'RollbackFailed',
      cause: "{% 'SageMaker could not roll the endpoint back (UpdateRollbackFailed): ' & $string($states.input.FailureReason) %}",
    });
    const served = sfn.Condition.jsonata("{% $states.input.EndpointStatus = 'InService' and $states.input.EndpointConfigName = $fleetName %}");
    const explain = this.alarms.explain('Ask the alarms');
    // Without their reasons the rollback is still a rollback.
    explain.addCatch(note, { errors: ['States.ALL'] });
    const keep = sfn.Pass.jsonata(this, 'Keep the status', { assign: { status: '{% $states.input %}' } });
    note.next(test);
    return sfn.Choice.jsonata(this, 'New fleet serves?')
      .when(served, test)
      .when(sfn.Condition.jsonata("{% $states.input.EndpointStatus = 'UpdateRollbackFailed' %}"), stuck)
      .otherwise(keep.next(explain).next(note));
  }

  /** Tests what serves now. It runs after a rollback too, so that the verdict on the candidate is recorded. */
  private test(back: sfn.IChainable): sfn.IChainable {
    const { endpoint, gate } = this.props;
    const context: Record<keyof RolloutContext | 'modelPackageArn' | 'goldenUri', string> = {
      modelPackageArn: '{% $modelPackageArn %}',
      goldenUri: '{% $package.goldenUri %}',
      firstEndpoint: '{% $previousConfig = null %}',
      endpointName: endpoint.endpointName,
      variantName: VARIANT,
      endpointConfigName: '{% $fleetName %}',
      startedAt: '{% $startedAt %}',
      rolledBack: '{% $rolledBack %}',
    };
    return gate.evaluate(this, 'Test', {
      subject: { type: 'modelPackage', name: '{% $modelPackageArn %}', digest: '{% $packageDigest %}' },
      context,
      passed: this.crown(),
      failed: this.note('Note the refusal', 'PromotionRolledBack', '$states.input.reason', back),
      broken: this.note('Note the broken gate', 'PromotionRolledBack', "'the gate broke: ' & $string($states.input)", back),
    });
  }

  /** Records the champion and retires what served before. */
  private crown(): sfn.IChainable {
    const { place, project, endpoint } = this.props;
    const promoted = sfn.Succeed.jsonata(this, 'Promoted', { outputs: '{% $champion %}' });
    const unlock = this.lock.release('Unlock endpoint');
    unlock.next(promoted);
    const finish = this.alarms.remove('Delete alarms', unlock);
    const retire = this.fleet.remove('Retire', { config: '{% $previousConfig %}', model: '{% $previousModel %}' }, finish, this.lost);
    const previous = sfn.Choice.jsonata(this, 'Something to retire?').when(sfn.Condition.jsonata('{% $previousConfig = null %}'), finish).otherwise(retire);
    return recordChampion(this, { place, model: project.declaration.name, endpointName: endpoint.endpointName }, previous);
  }

  /** Tells the registry of a candidate that did not take over. Whether anybody hears it or not, the traffic goes back. */
  private tellRolledBack(back: sfn.IChainable): sfn.IChainable {
    const { place, project } = this.props;
    const detail: Record<keyof PromotionRolledBack, string> = {
      model: project.declaration.name,
      modelPackageArn: '{% $modelPackageArn %}',
      packageDigest: '{% $packageDigest %}',
      reason: '{% $failure.cause %}',
      rolledBackAt: '{% $now() %}',
    };
    const told = tell(this, 'Tell the rollback', place, Events.PROMOTION_ROLLED_BACK, detail);
    told.addCatch(back, { errors: ['States.ALL'] });
    told.next(back);
    return told;
  }

  /** Makes sure that the version from before serves, whatever serves now. */
  private goBack(abandon: sfn.IChainable): sfn.IChainable {
    const restore = this.update('Shift traffic back', { EndpointConfigName: '{% $previousConfig %}', RetainAllVariantProperties: true });
    restore.addCatch(this.lost, { errors: ['States.ALL'] });
    const isBack = sfn.Choice.jsonata(this, 'Old fleet serves?')
      .when(sfn.Condition.jsonata("{% $states.input.EndpointStatus = 'InService' and $states.input.EndpointConfigName = $previousConfig %}"), abandon)
      .otherwise(
        sfn.Fail.jsonata(this, 'Way back failed', {
          error: 'RollbackFailed',
          cause: "{% 'the endpoint is ' & $states.input.EndpointStatus & ' with ' & $states.input.EndpointConfigName & ' instead of ' & $previousConfig %}",
        }),
      );
    restore.next(this.fleet.watch('Watch way back', isBack, this.lost));
    return sfn.Choice.jsonata(this, 'What serves?')
      .when(sfn.Condition.jsonata('{% $previousConfig = null %}'), this.fleet.removeEndpoint(abandon, this.lost))
      .when(sfn.Condition.jsonata('{% $rolledBack != null %}'), abandon)
      .otherwise(restore);
  }

  /** Removes the candidate and ends as the variable `failure` says. */
  private abandon(): sfn.IChainable {
    const end = sfn.Fail.jsonata(this, 'Not promoted', { error: '{% $failure.error %}', cause: '{% $failure.cause %}' });
    const unlock = this.lock.release('Abandon: unlock endpoint');
    unlock.next(end);
    return this.alarms.remove('Abandon: delete alarms', this.fleet.remove('Abandon', undefined, unlock, this.lost));
  }

  /** Sets the variable `failure`. */
  private note(id: string, error: string, cause: string, next: sfn.IChainable): sfn.IChainable {
    return sfn.Pass.jsonata(this, id, { assign: { failure: { error, cause: `{% ${cause} %}` } } }).next(next);
  }
}
