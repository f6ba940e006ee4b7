import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { Checks } from '../../lambda/shared/checks/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { names, type Place } from '../config/names';
import { InvokeHandler } from '../core/machines/invoke-handler';
import { ProcessStateMachine } from '../core/machines/state-machine';
import { driftCriteria, productionQualityCriteria } from '../gates/criteria';
import { FunctionCheck } from '../gates/function-check';
import { TestGate } from '../gates/test-gate';
import type { Feedback } from './feedback';
import type { MonitorHandlers } from './monitor-handlers';

/** Properties of {@link ModelMonitor}. */
export interface ModelMonitorProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly handlers: MonitorHandlers;
  readonly feedback: Feedback;
}

/** Two functions, a gate and two functions again. */
const TIMEOUT = Duration.hours(3);

/**
 * State machine that looks at a stretch of production: finds the window, tests it like any candidate, publishes and remembers what it showed, and
 * asks for retraining when enough windows breached. Monitoring is a test gate on a schedule.
 *
 * Input: `MonitorInput`. Too little data ends the execution without a verdict: it is neither drift nor its absence.
 */
export class ModelMonitor extends Construct {
  public readonly gate: TestGate;
  public readonly stateMachineName: string;
  public readonly stateMachineArn: string;

  constructor(scope: Construct, id: string, { place, project, handlers, feedback }: ModelMonitorProps) {
    super(scope, id);
    const model = project.declaration.name;
    this.gate = new TestGate(this, 'Gate', {
      place,
      project,
      gate: 'monitor',
      mode: 'QUALITATIVE',
      checks: [
        new FunctionCheck({ id: Checks.DRIFT.id, handler: handlers.drift, criteria: driftCriteria(project) }),
        new FunctionCheck({ id: Checks.QUALITY.id, handler: handlers.quality, criteria: productionQualityCriteria(project) }),
      ],
    });
    this.stateMachineName = names.stateMachine(place.environment, model, 'monitor');
    const machine = new ProcessStateMachine(this, 'Machine', {
      stateMachineName: this.stateMachineName,
      comment: `Monitors ${model} in ${place.environment}: window, tests, decision, feedback`,
      definition: this.define(handlers, feedback),
      timeout: TIMEOUT,
    });
    this.stateMachineArn = machine.stateMachineArn;
  }

  private define(handlers: MonitorHandlers, { handler }: Feedback): sfn.IChainable {
    const done = sfn.Succeed.jsonata(this, 'Done', { outputs: { window: '{% $window %}', verdict: '{% $verdict %}', decision: '{% $decision %}', feedback: '{% $feedback %}' } });
    const feedback = new InvokeHandler(this, 'Feedback', {
      handler,
      payload: { runId: '{% $states.context.Execution.Name %}', decision: '{% $decision %}', verdictUri: '{% $verdict.verdictUri %}' },
      assign: { feedback: '{% $states.result.Payload %}' },
    });
    const decide = new InvokeHandler(this, 'Decide', {
      handler: handlers.decide,
      payload: { window: '{% $window %}', verdict: '{% $verdict %}' },
      assign: { decision: '{% $states.result.Payload %}', feedback: null },
    });
    decide.next(
      sfn.Choice.jsonata(this, 'Retrain?').when(sfn.Condition.jsonata('{% $decision.retrain %}'), feedback.next(done)).otherwise(done),
    );
    const test = this.gate.evaluate(this, 'Test', {
      subject: { type: 'window', name: '{% $window.windowId %}', digest: '{% $window.digest %}' },
      context: { windowUri: '{% $window.windowUri %}', referenceUri: '{% $window.referenceUri %}', labelsUris: '{% $window.labelsUris %}' },
      assign: { verdict: '{% $states.result.Output %}' },
      passed: decide,
      failed: decide,
    });
    const window = new InvokeHandler(this, 'Window', {
      handler: handlers.window,
      payload: { runId: '{% $states.context.Execution.Name %}', cause: '{% $states.input.cause %}', time: '{% $states.input.time %}', deliveryUri: DELIVERY },
      assign: { window: '{% $states.result.Payload %}' },
    });
    return window.next(
      sfn.Choice.jsonata(this, 'Enough data?')
        .when(sfn.Condition.jsonata('{% $states.input.sufficient %}'), test)
        .otherwise(sfn.Succeed.jsonata(this, 'Insufficient data', { outputs: { window: '{% $window %}' } })),
    );
  }
}

/** Absent for a scheduled window: a member without a value must be `null`, since JSONata would refuse nothing. */
const DELIVERY = '{% $exists($states.input.deliveryUri) ? $states.input.deliveryUri : null %}';
