import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type Criterion, GateErrors, type GateMode, SIGNING_KEY_ARN, type Subject } from '../../lambda/gate/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { names, type Place } from '../config/names';
import { lit, ValidationError } from '../core/errors';
import { HandlerFunction } from '../core/functions/handler-function';
import { InvokeHandler } from '../core/machines/invoke-handler';
import { NestedExecution } from '../core/machines/nested-execution';
import { ProcessStateMachine } from '../core/machines/state-machine';
import { allowObjects } from '../core/storage/object-access';
import type { CheckConfig, ICheck } from './check';

/** Properties of {@link TestGate}. */
export interface TestGateProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  /** Name of the gate within the model: lower-case letters and hyphens, e.g. `data`. */
  readonly gate: string;
  readonly mode: GateMode;
  /** At least one. */
  readonly checks: readonly ICheck[];
  /** Asymmetric key (`SIGN_VERIFY`, `ECC_NIST_P256`) that signs verdicts, so that another account can trust them. @default - verdicts are not signed */
  readonly signingKeyArn?: string;
  /** Time for all checks and the verdict. @default 1 hour */
  readonly timeout?: Duration;
}

/** What a calling machine hands to a gate. Values may be JSONata. */
export interface GateCall {
  /** What the verdict is about. */
  readonly subject: { readonly type: Subject['type']; readonly name: string; readonly digest: string };
  /** What the checks read; each check documents its part. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Variables to set from the gate's result, which is `$states.result.Output`. @default - none */
  readonly assign?: Readonly<Record<string, unknown>>;
}

/** How a calling machine goes on after a gate. */
export interface GateBranches extends GateCall {
  readonly passed: sfn.IChainable;
  /** Input: the gate's result. @default - the execution fails with `GateFailed` and the gate's reason */
  readonly failed?: sfn.IChainable;
  /** Input: the gate's result, or `{Error, Cause}` when the gate itself ended badly. @default - the execution fails with `GateBroken` and the reason */
  readonly broken?: sfn.IChainable;
}

/**
 * A test gate: a state machine that runs checks side by side, judges their evidence against the model project's criteria and records the verdict.
 *
 * A gate that says no still succeeds as an execution: its output says what it found. Only `passed` opens it.
 */
export class TestGate extends Construct {
  /** Name of the gate within the model. */
  public readonly gate: string;
  public readonly stateMachineName: string;
  public readonly stateMachineArn: string;
  /** Writes and signs verdicts. */
  public readonly judge: HandlerFunction;
  private readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: TestGateProps) {
    super(scope, id);
    this.gate = props.gate;
    this.timeout = props.timeout ?? Duration.hours(1);
    const model = props.project.declaration.name;
    const evidenceBucketName = names.bucket(props.place, 'evidence');
    const evidencePrefix = `${model}/gates/${props.gate}/`;
    const checks = props.checks.map((check) => check.bind(this, { gate: props.gate, evidenceBucketName, evidencePrefix }));
    const criteria = this.validated(checks);

    const judge = (this.judge = new HandlerFunction(this, 'Judge', {
      handler: 'gate',
      roleName: names.role(props.place.environment, model, `${props.gate}-judge`),
      description: `Judges the evidence of the gate ${props.gate} of ${model}`,
      project: props.project,
      environment: {
        [Env.ENVIRONMENT]: props.place.environment,
        [Env.EVIDENCE_BUCKET]: evidenceBucketName,
        ...(props.signingKeyArn === undefined ? {} : { [SIGNING_KEY_ARN]: props.signingKeyArn }),
      },
    }));
    judge.role.addToPolicy(
      allowObjects(judge, {
        bucketName: evidenceBucketName,
        prefix: evidencePrefix,
        actions: ['s3:GetObject', 's3:PutObject'],
        reason: `Evidence and verdicts of the gate ${props.gate}: their keys hold the names of runs.`,
      }),
    );
    if (props.signingKeyArn !== undefined) {
      judge.role.addToPolicy(new iam.PolicyStatement({ actions: ['kms:Sign'], resources: [props.signingKeyArn] }));
    }

    const verdict = new InvokeHandler(this, 'Verdict', {
      handler: judge,
      payload: {
        gate: props.gate,
        mode: props.mode,
        runId: RUN_ID,
        subject: SUBJECT,
        policyDigest: props.project.policyDigest,
        startedAt: '{% $states.context.Execution.StartTime %}',
        criteria,
        checks: '{% $states.input %}',
      },
    });
    this.stateMachineName = names.stateMachine(props.place.environment, model, `gate-${props.gate}`);
    const machine = new ProcessStateMachine(this, 'Machine', {
      stateMachineName: this.stateMachineName,
      comment: `Test gate ${props.gate} of ${model}: checks, then a verdict`,
      definition: this.run(checks).next(verdict),
      timeout: this.timeout,
    });
    this.stateMachineArn = machine.stateMachineArn;
  }

  /** State that runs this gate under the name of the calling execution; its output is the `GateResult`. */
  public task(scope: Construct, id: string, call: GateCall): NestedExecution {
    return new NestedExecution(scope, id, {
      comment: `Test gate ${this.gate}`,
      stateMachineName: this.stateMachineName,
      input: { subject: call.subject, context: call.context },
      timeout: this.timeout.plus(Duration.minutes(5)),
      assign: call.assign,
    });
  }

  /** Runs this gate and branches on its outcome. The answer is the first state: chain *to* it; what follows is given as branches. */
  public evaluate(scope: Construct, id: string, branches: GateBranches): NestedExecution {
    const task = this.task(scope, id, branches);
    const failed = branches.failed ?? sfn.Fail.jsonata(scope, `${id} says no`, { error: GateErrors.FAILED, cause: '{% $states.input.reason %}' });
    const broken = branches.broken ?? sfn.Fail.jsonata(scope, `${id} broke`, { error: GateErrors.BROKEN, cause: BROKEN_CAUSE });
    task.addCatch(broken, { errors: ['States.ALL'] });
    task.next(
      sfn.Choice.jsonata(scope, `${id} passed?`)
        .when(sfn.Condition.jsonata("{% $states.input.outcome = 'passed' %}"), branches.passed)
        .when(sfn.Condition.jsonata("{% $states.input.outcome = 'failed' %}"), failed)
        .otherwise(broken),
    );
    return task;
  }

  /** The checks side by side, then those that must be alone. Output: what each delivered. */
  private run(checks: readonly CheckConfig[]): sfn.Chain {
    const [sideBySide, alone] = [checks.filter((check) => check.alone !== true), checks.filter((check) => check.alone === true)];
    const rounds = [...(sideBySide.length > 0 ? [sideBySide] : []), ...alone.map((check) => [check])];
    const [first, ...later] = rounds.map((round, index) => {
      const state = sfn.Parallel.jsonata(this, index === 0 ? 'Checks' : `${round[0]?.id ?? ''} alone`, {
        comment: 'Checks measure; none sees what another found.',
        outputs: index === 0 ? undefined : '{% $append($states.input, $states.result) %}',
      });
      return state.branch(...round.map((check) => this.branch(check)));
    });
    if (first === undefined) {
      throw new ValidationError(lit`GateWithoutChecks`, `gate "${this.gate}" has no checks: it would open for everything; give it one`, this);
    }
    return later.reduce((chain, state) => chain.next(state), sfn.Chain.start(first));
  }

  private validated(checks: readonly CheckConfig[]): Criterion[] {
    const criteria = checks.flatMap((check) => check.criteria);
    if (criteria.length === 0) {
      throw new ValidationError(lit`GateWithoutCriteria`, `gate "${this.gate}" has no criteria: it would open for everything; give it a check with criteria`, this);
    }
    const ids = checks.map((check) => check.id);
    const repeated = ids.find((check, index) => ids.indexOf(check) !== index);
    if (repeated !== undefined) {
      throw new ValidationError(lit`GateCheckRepeated`, `gate "${this.gate}" has two checks "${repeated}": their evidence would collide; rename one`, this);
    }
    const stray = checks.find((check) => check.criteria.some((criterion) => criterion.check !== check.id));
    if (stray !== undefined) {
      const others = stray.criteria.map((criterion) => criterion.check).filter((check) => check !== stray.id);
      throw new ValidationError(
        lit`GateCriterionOfAnotherCheck`,
        `check "${stray.id}" of gate "${this.gate}" brings criteria of "${others.join('", "')}"; a check brings criteria on its own measurements only`,
        this,
      );
    }
    return criteria;
  }

  /** One check; its failure becomes evidence of a broken gate instead of the end of the others. */
  private branch(check: CheckConfig): sfn.IChainable {
    const task = check.task(this, check.id, { gate: this.gate, runId: RUN_ID, subject: SUBJECT, context: '{% $states.context.Execution.Input.context %}' });
    const failure = sfn.Pass.jsonata(this, `${check.id} did not run`, {
      outputs: {
        check: check.id,
        error: '{% $states.input.Error %}',
        cause: "{% $exists($states.input.Cause) ? $substring($states.input.Cause, 0, 1000) : 'no cause was given' %}",
      },
    });
    return task.addCatch(failure, { errors: ['States.ALL'] });
  }
}

const RUN_ID = '{% $states.context.Execution.Name %}';
const SUBJECT = '{% $states.context.Execution.Input.subject %}';
const BROKEN_CAUSE = '{% $exists($states.input.reason) ? $states.input.reason : $exists($states.input.Cause) ? $states.input.Cause : $states.input.Error %}';
