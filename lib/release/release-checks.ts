import { MAXIMUM_RUNS } from '../../lambda/load-check/contract';
import { Duration, Size } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { PREDICTION_FUNCTION } from '../../lambda/prediction/contract';
import { Checks } from '../../lambda/shared/checks/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { names, type Place } from '../config/names';
import { lit, ValidationError } from '../core/errors';
import { HandlerFunction } from '../core/functions/handler-function';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { readEnvironmentObjects } from '../core/storage/foreign-objects';
import { contractCriteria, loadCriteria, rolloutCriteria } from '../gates/criteria';
import { FunctionCheck } from '../gates/function-check';
import type { PredictionService } from '../serving/prediction-service';

/** Properties of {@link ReleaseChecks}. */
export interface ReleaseChecksProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly application: PredictionService;
  /** Where the golden records of a model package lie. */
  readonly registry: Place;
}

/** Longest time for which Lambda runs a function. */
const LAMBDA_LIMIT = Duration.minutes(15);
/** For reading the golden records, the last answers and the evidence. */
const LOAD_MARGIN = Duration.minutes(2);

/** Checks of a deployed model package, each through the application. */
export class ReleaseChecks extends Construct {
  constructor(scope: Construct, id: string, private readonly props: ReleaseChecksProps) {
    super(scope, id);
  }

  /** What the application promises to its callers. */
  public contract(): FunctionCheck {
    const handler = this.caller('Contract', 'contract-check', 'Tests what the application promises to callers', { timeout: Duration.minutes(5) });
    return new FunctionCheck({ id: Checks.CONTRACT.id, handler, criteria: contractCriteria() });
  }

  /** The declared load for the declared time. */
  public load(): FunctionCheck {
    const { warmUpSeconds, durationSeconds } = this.props.project.declaration.serving.loadTest;
    const timeoutOf = (runs: number): number => (warmUpSeconds + durationSeconds) * runs + LOAD_MARGIN.toSeconds();
    const timeout = Duration.seconds(Math.min(timeoutOf(MAXIMUM_RUNS), LAMBDA_LIMIT.toSeconds()));
    if (timeoutOf(1) > LAMBDA_LIMIT.toSeconds()) {
      const most = LAMBDA_LIMIT.minus(LOAD_MARGIN).toSeconds();
      throw new ValidationError(
        lit`LoadTestDuration`,
        `serving.loadTest of ${this.props.project.declaration.name} takes ${warmUpSeconds + durationSeconds} s (warmUpSeconds + durationSeconds); ` +
          `at most ${most} s fit into a function (Lambda's limit of ${LAMBDA_LIMIT.toMinutes()} minutes); shorten it in model.yaml`,
        this,
      );
    }
    // A whole CPU: a generator that waits for its own measures itself.
    const handler = this.caller('Load', 'load-check', 'Puts the declared load on the application', { timeout, memory: Size.mebibytes(2048) });
    // The requests of other checks would count as load that nobody declared.
    return new FunctionCheck({ id: Checks.LOAD.id, handler, criteria: loadCriteria(this.props.project), alone: true });
  }

  /** What the new fleet did while traffic shifted to it. */
  public rollout(): FunctionCheck {
    const handler = this.make('Rollout', 'rollout-check', 'Counts the requests that a new fleet answered', {
      timeout: Duration.minutes(2),
      statements: [new iam.PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] })],
    });
    acknowledgeWildcard(handler, '*', 'cloudwatch:GetMetricData has no resource-level permissions (Service Authorization Reference).');
    return new FunctionCheck({ id: Checks.ROLLOUT.id, handler, criteria: rolloutCriteria(this.props.project) });
  }

  /** A check that calls the application with golden records. */
  private caller(id: string, folder: string, description: string, options: Options): HandlerFunction {
    const { application, registry, place, project } = this.props;
    const handler = this.make(id, folder, description, {
      ...options,
      environment: { [PREDICTION_FUNCTION]: names.predictionFunction(place.environment, project.declaration.name) },
      statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [application.handler.function.functionArn] })],
    });
    readEnvironmentObjects(handler, {
      owner: registry,
      purpose: 'artifacts',
      prefix: `${project.declaration.name}/runs/`,
      reason: 'Golden records lie beside the evaluation of a run, and runs are named when they happen.',
    }).forEach((statement) => handler.role.addToPolicy(statement));
    return handler;
  }

  private make(id: string, handler: string, description: string, options: Options): HandlerFunction {
    const { place, project } = this.props;
    const model = project.declaration.name;
    return new HandlerFunction(this, id, {
      handler,
      description: `${description} (${model}, ${place.environment})`,
      roleName: names.role(place.environment, model, handler),
      project,
      ...options,
    });
  }
}

type Options = Partial<ConstructorParameters<typeof HandlerFunction>[2]>;
