import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { GateMode } from '../../lambda/gate/contract';
import type { ReproductionPlan } from '../../lambda/reproduce/contract';
import type { ReproductionCheckContext } from '../../lambda/reproduction-check/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { InvokeHandler } from '../core/machines/invoke-handler';
import { retryAwsApi } from '../core/machines/retry';
import { ProcessStateMachine } from '../core/machines/state-machine';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { dataCriteria, modelCriteria, reproductionCriteria } from '../gates/criteria';
import { FunctionCheck } from '../gates/function-check';
import { TestGate } from '../gates/test-gate';
import type { DevelopmentHandlers } from './development-handlers';
import { PipelineParameters } from './model-pipeline';
import type { TrainingPipeline } from './training-pipeline';

/** Properties of {@link ModelDevelopment}. */
export interface ModelDevelopmentProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly gateMode: GateMode;
  readonly pipeline: TrainingPipeline;
  readonly handlers: DevelopmentHandlers;
}

/** Errors of the machine that are no verdicts. */
const PIPELINE_FAILED = 'PipelineFailed';

/** A training job may take a day; the gates and the rest are short. */
const TIMEOUT = Duration.hours(30);
const POLL = Duration.seconds(60);

/**
 * State machine of a development run: snapshot the data, test the data, train, test the model, register. Starts at any time, on new data, on
 * feedback from production, on a schedule or by hand; its name is the run id, under which everything it makes is found.
 *
 * With `compareWith` in its input it reproduces a version instead: it rebuilds it from the manifest alone, compares and registers nothing.
 */
export class ModelDevelopment extends Construct {
  public readonly dataGate: TestGate;
  public readonly modelGate: TestGate;
  /** Compares a version that was rebuilt from its manifest with the original. */
  public readonly reproductionGate: TestGate;
  public readonly stateMachineName: string;
  public readonly stateMachineArn: string;

  constructor(scope: Construct, id: string, private readonly props: ModelDevelopmentProps) {
    super(scope, id);
    const { place, project, gateMode, handlers } = props;
    const model = project.declaration.name;
    const gate = (gateId: string, name: string, check: FunctionCheck, mode = gateMode) =>
      new TestGate(this, gateId, { place, project, gate: name, mode, checks: [check] });
    this.dataGate = gate('DataGate', 'data', new FunctionCheck({ id: 'data', handler: handlers.dataCheck, criteria: dataCriteria(project) }));
    this.modelGate = gate('ModelGate', 'model', new FunctionCheck({ id: 'model', handler: handlers.modelCheck, criteria: modelCriteria(project) }));
    const reproduction = new FunctionCheck({ id: 'reproduction', handler: handlers.reproductionCheck, criteria: reproductionCriteria(project) });
    // Whether two models are the same is no matter of the environment.
    this.reproductionGate = gate('ReproductionGate', 'reproduction', reproduction, 'QUALITATIVE');

    this.stateMachineName = names.stateMachine(place.environment, model, 'development');
    const machine = new ProcessStateMachine(this, 'Machine', {
      stateMachineName: this.stateMachineName,
      comment: `Development of ${model}: data, training, tests, registration`,
      definition: this.definition(),
      timeout: TIMEOUT,
    });
    this.stateMachineArn = machine.stateMachineArn;
  }

  /** Written from its end, since a gate is given what follows it. */
  private definition(): sfn.IChainable {
    const { handlers } = this.props;
    const register = new InvokeHandler(this, 'Register', {
      handler: handlers.register,
      payload: {
        runId: RUN_ID,
        pipelineExecutionArn: '{% $pipelineExecutionArn %}',
        snapshot: '{% $snapshot %}',
        release: RELEASE,
        bundleUri: '{% $release.bundleUri %}',
        champion: '{% $release.champion %}',
        gates: { data: '{% $dataVerdict %}', model: '{% $states.input %}' },
        runUri: '{% $runUri %}',
        reference: '{% $reference %}',
      },
    });
    const profile = new InvokeHandler(this, 'Profile', {
      handler: handlers.profile,
      payload: {
        evaluationUri: EVALUATION_URI,
        predictionsUri: PREDICTIONS_URI,
        outputUri: '{% $runUri & "/profile/reference.json" %}',
      },
      assign: { reference: '{% $states.result.Payload %}' },
    });
    profile.next(
      this.modelGate.evaluate(this, 'Model gate', {
        subject: { type: 'developmentRun', name: RUN_ID, digest: '{% $snapshot.digest %}' },
        context: { predictionsUri: PREDICTIONS_URI, evaluationUri: EVALUATION_URI, studiesUri: STUDIES_URI, testsUri: TESTS_URI },
        passed: register,
      }),
    );
    const pipeline = this.training(
      sfn.Choice.jsonata(this, 'Compare?').when(sfn.Condition.jsonata('{% $compareWith = null %}'), profile).otherwise(this.compare()),
    );
    const dataGate = this.dataGate.evaluate(this, 'Data gate', {
      subject: { type: 'dataSnapshot', name: '{% $snapshot.snapshotUri %}', digest: '{% $snapshot.digest %}' },
      context: {
        snapshotUri: '{% $snapshot.snapshotUri %}',
        newestModifiedAt: '{% $snapshot.newestModifiedAt %}',
        referenceUri: "{% $exists($release.champion.referenceUri) ? $release.champion.referenceUri : '' %}",
      },
      assign: { dataVerdict: '{% $states.result.Output %}' },
      passed: pipeline.start,
    });
    const release = new InvokeHandler(this, 'Release', {
      handler: handlers.release,
      payload: { runId: RUN_ID, release: RELEASE, champion: "{% $compareWith = null ? 'current' : 'none' %}" },
      assign: { release: '{% $states.result.Payload %}' },
    });
    release.next(
      sfn.Choice.jsonata(this, 'Recorded definition?')
        .when(sfn.Condition.jsonata('{% $compareWith = null %}'), dataGate)
        .when(sfn.Condition.jsonata('{% $pipelineVersionId = null %}'), pipeline.start)
        .otherwise(pipeline.startVersion),
    );
    return sfn.Choice.jsonata(this, 'Reproduction?')
      .when(sfn.Condition.jsonata('{% $exists($states.context.Execution.Input.compareWith) %}'), this.reproduce().next(release))
      .otherwise(this.snapshot().next(release));
  }

  private snapshot(): InvokeHandler {
    return new InvokeHandler(this, 'Snapshot', {
      handler: this.props.handlers.snapshot,
      payload: { runId: RUN_ID, data: '{% $states.context.Execution.Input.data %}' },
      assign: {
        ...this.runUri(),
        snapshot: '{% $states.result.Payload %}',
        pin: '{% $states.context.Execution.Input.release %}',
        seed: String(this.props.project.declaration.training.seed),
        compareWith: null,
        pipelineVersionId: null,
      },
    });
  }

  /** What a version is rebuilt from takes the place of present data and code. */
  private reproduce(): InvokeHandler {
    const planned = (member: keyof ReproductionPlan): string => `{% $states.result.Payload.${member} %}`;
    return new InvokeHandler(this, 'Read manifest', {
      handler: this.props.handlers.reproduce,
      payload: { runId: RUN_ID, compareWith: '{% $states.context.Execution.Input.compareWith %}' },
      assign: {
        ...this.runUri(),
        snapshot: planned('snapshot'),
        pin: planned('release'),
        seed: planned('seed'),
        compareWith: planned('compareWith'),
        pipelineVersionId: planned('pipelineVersionId'),
      },
    });
  }

  private runUri(): { readonly runUri: string } {
    const { place, project } = this.props;
    const runs = `s3://${names.bucket(place, 'artifacts')}/${Layout.runPrefix(project.declaration.name, '')}`.replace(/\/+$/, '');
    return { runUri: `{% "${runs}/" & $states.context.Execution.Name %}` };
  }

  /** Compares the rebuilt model with the original; nothing is registered. */
  private compare(): sfn.IChainable {
    const context: Record<keyof ReproductionCheckContext, string> = {
      manifestUri: '{% $compareWith.manifestUri %}',
      packageDigest: '{% $compareWith.packageDigest %}',
      evaluationUri: '{% $runUri & "/evaluation" %}',
      sameDefinition: "{% $pipelineVersionId = null ? 'false' : 'true' %}",
    };
    return this.reproductionGate.evaluate(this, 'Reproduction gate', {
      subject: { type: 'modelPackage', name: '{% $compareWith.manifestUri %}', digest: '{% $compareWith.packageDigest %}' },
      context,
      passed: sfn.Succeed.jsonata(this, 'Reproduced'),
    });
  }

  /** Starts the pipeline, or a version of it, and follows it: Step Functions has no integration that waits for a pipeline. */
  private training(then: sfn.IChainable): { readonly start: sfn.IChainable; readonly startVersion: sfn.IChainable } {
    const { pipeline } = this.props;
    const parameter = (Name: string, Value: string) => ({ Name, Value });
    const startWith = (id: string, version: Readonly<Record<string, unknown>>) => {
      const state = tasks.CallAwsService.jsonata(this, id, {
        service: 'sagemaker',
        action: 'startPipelineExecution',
        iamAction: 'sagemaker:StartPipelineExecution',
        iamResources: [pipeline.pipelineArn],
        parameters: {
          PipelineName: pipeline.pipelineName,
          ...version,
          // The same run asks for the same pipeline execution, however often this call is repeated.
          ClientRequestToken: "{% $hash($states.context.Execution.Id, 'SHA-256') %}",
          PipelineParameters: [
            parameter(PipelineParameters.SNAPSHOT_URI, '{% $snapshot.snapshotUri %}'),
            parameter(PipelineParameters.CODE_URI, '{% $release.codeUri %}'),
            parameter(PipelineParameters.CHAMPION_URI, '{% $release.championUri %}'),
            parameter(PipelineParameters.RUN_URI, '{% $runUri %}'),
            parameter(PipelineParameters.SEED, '{% $seed %}'),
            ...pipeline.placement,
          ],
        },
        assign: { pipelineExecutionArn: '{% $states.result.PipelineExecutionArn %}' },
        taskTimeout: CALL_TIMEOUT,
      });
      state.addRetry(retryAwsApi('SageMaker'));
      return state;
    };
    const [start, startVersion] = [startWith('Start pipeline', {}), startWith('Start version of pipeline', { PipelineVersionId: '{% $pipelineVersionId %}' })];
    const describe = tasks.CallAwsService.jsonata(this, 'Describe pipeline', {
      service: 'sagemaker',
      action: 'describePipelineExecution',
      iamAction: 'sagemaker:DescribePipelineExecution',
      iamResources: [pipeline.executionsArn],
      parameters: { PipelineExecutionArn: '{% $pipelineExecutionArn %}' },
      taskTimeout: CALL_TIMEOUT,
    });
    acknowledgeWildcard(this, pipeline.executionsArn, 'Executions of one pipeline: SageMaker names them.');
    describe.addRetry(retryAwsApi('SageMaker'));
    const wait = sfn.Wait.jsonata(this, 'Wait for pipeline', { time: sfn.WaitTime.duration(POLL) });
    const failed = sfn.Fail.jsonata(this, 'Pipeline failed', {
      error: PIPELINE_FAILED,
      cause:
        "{% 'Pipeline execution ' & $states.input.PipelineExecutionArn & ' is ' & $states.input.PipelineExecutionStatus & ': ' & " +
        "($exists($states.input.FailureReason) ? $states.input.FailureReason : 'no reason was given') %}",
    });
    wait.next(describe);
    describe.next(
      sfn.Choice.jsonata(this, 'Pipeline done?')
        .when(sfn.Condition.jsonata("{% $states.input.PipelineExecutionStatus = 'Succeeded' %}"), then)
        .when(sfn.Condition.jsonata("{% $states.input.PipelineExecutionStatus in ['Failed', 'Stopped'] %}"), failed)
        .otherwise(wait),
    );
    start.next(wait);
    startVersion.next(wait);
    return { start, startVersion };
  }
}

const RUN_ID = '{% $states.context.Execution.Name %}';
/** What a run is made with: the release that its input names, or the one of the version to rebuild. */
const RELEASE = '{% $pin %}';
const EVALUATION_URI = '{% $runUri & "/evaluation/evaluation.json" %}';
const STUDIES_URI = '{% $runUri & "/studies/studies.json" %}';
const TESTS_URI = '{% $runUri & "/tests/tests.json" %}';
const PREDICTIONS_URI = '{% $runUri & "/evaluation/predictions.parquet" %}';
const CALL_TIMEOUT = sfn.Timeout.duration(Duration.minutes(2));
