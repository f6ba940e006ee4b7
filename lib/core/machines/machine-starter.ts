import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedulerTargets from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ModelProjectData } from '../../../lambda/shared/project/contract';
import { type Machine, SCHEDULE_INPUT, StarterEnv } from '../../../lambda/starter/contract';
import { names, type Place } from '../../config/names';
import { DeadLetterQueue } from '../functions/dead-letter-queue';
import { HandlerFunction } from '../functions/handler-function';
import { ManagedRole } from '../policies/managed-role';
import { acknowledgeWildcard } from '../policies/wildcards';

/** Properties of {@link MachineStarter}. */
export interface MachineStarterProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  /** Which row of the starter's table applies. */
  readonly machine: Machine;
  /** Name of the state machine to start; it may be made later. */
  readonly stateMachineName: string;
  /** Further variables, e.g. the release. @default - none */
  readonly environment?: Record<string, string>;
  /** What the starter must read to refuse what is decided already. @default - nothing */
  readonly statements?: iam.PolicyStatement[];
}

/** How long and how often a start is tried before the event goes to the dead-letter queue. */
const DELIVERY = { maxEventAge: Duration.hours(6), retryAttempts: 20 } as const;

/**
 * Stands between events and a state machine, since EventBridge delivers more than once and can't name an execution: the starter names it after
 * what the event is about, so the same subject is worked on once. Events that could not be delivered lie in a queue.
 */
export class MachineStarter extends Construct {
  public readonly handler: HandlerFunction;
  /** Events that started nothing because the starter failed. */
  public readonly deadLetterQueue: sqs.Queue;

  constructor(scope: Construct, id: string, props: MachineStarterProps) {
    super(scope, id);
    const model = props.project.declaration.name;
    const stateMachineArn = Stack.of(this).formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: props.stateMachineName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.deadLetterQueue = new DeadLetterQueue(this, 'Undelivered');
    this.handler = new HandlerFunction(this, 'Function', {
      handler: 'starter',
      functionName: names.starter(props.place.environment, model, props.machine),
      roleName: names.role(props.place.environment, model, `${props.machine}-starter`),
      description: `Starts ${props.stateMachineName} once for what an event is about`,
      project: props.project,
      deadLetterQueue: this.deadLetterQueue,
      environment: { [StarterEnv.MACHINE]: props.machine, [StarterEnv.STATE_MACHINE_ARN]: stateMachineArn, ...props.environment },
      statements: [
        new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn] }),
        ...(props.statements ?? []),
      ],
    });
  }

  /** Starts the machine on events. @param bus default: the account's default bus, on which AWS services report. */
  public onEvent(id: string, description: string, eventPattern: events.EventPattern, bus?: events.IEventBus): events.Rule {
    const target = new targets.LambdaFunction(this.handler.function, { deadLetterQueue: this.deadLetterQueue, ...DELIVERY });
    return new events.Rule(this, id, { description, eventPattern, eventBus: bus, targets: [target] });
  }

  /** Starts the machine on a schedule. @param expression of EventBridge Scheduler: `rate(1 day)`, `cron(0 6 * * ? *)`, in UTC. */
  public onSchedule(id: string, description: string, expression: string): scheduler.Schedule {
    const role = new ManagedRole(this, `${id}Role`, {
      description: `Role of the schedule: ${description}`,
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } } }),
    });
    const target = new schedulerTargets.LambdaInvoke(this.handler.function, {
      role,
      input: scheduler.ScheduleTargetInput.fromObject(SCHEDULE_INPUT),
      deadLetterQueue: this.deadLetterQueue,
      maxEventAge: DELIVERY.maxEventAge,
      retryAttempts: DELIVERY.retryAttempts,
    });
    const schedule = new scheduler.Schedule(this, id, { description, schedule: scheduler.ScheduleExpression.expression(expression), target });
    acknowledgeWildcard(role, `${this.handler.function.functionArn}:*`, 'The scheduler calls one function; the wildcard stands for its versions.');
    return schedule;
  }
}
