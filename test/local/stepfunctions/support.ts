import type {
  DescribeExecutionOutput, GetExecutionHistoryOutput, StartExecutionOutput,
} from '@aws-sdk/client-sfn';
import type { Operation } from '../../../local/core/service';
import { StateError } from '../../../local/stepfunctions/errors';
import { createStepFunctionsService } from '../../../local/stepfunctions';
import type { TaskCall } from '../../../local/stepfunctions/interpreter/execution';
import { fakeCloud, fakeContext, type FakeCloud } from '../../support/fake-cloud';

export const ACCOUNT = '111111111111';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;

/** Answers of tasks by what they call: a function's name, or `aws-sdk:ssm:getParameter`. */
export type FakeTasks = Readonly<Record<string, (args: unknown, call: TaskCall) => unknown>>;

export const failsWith = (error: string, cause = 'because'): (() => never) => () => {
  throw new StateError(error, cause, 'task');
};

const nameOf = ({ integration }: TaskCall): string =>
  integration.kind === 'function' ? integration.functionArn.split(':').at(-1) ?? '' : `${integration.resourceType}:${integration.resource}`;

export const lambdaArn = (name: string): string => `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:${name}`;

/** A service with fake tasks, and short ways to use it. */
export class Bench {
  readonly cloud: FakeCloud = fakeCloud();
  readonly calls: TaskCall[] = [];
  private readonly service;
  private machines = 0;

  /** @param time of tasks that work: virtual, so that time-outs come without waiting, or real as in the local AWS */
  constructor(tasks: FakeTasks = {}, time: 'virtual' | 'real' = 'virtual') {
    this.service = createStepFunctionsService(this.cloud, {
      tasks: async (call) => {
        this.calls.push(call);
        const name = nameOf(call);
        const task = tasks[name];
        if (task === undefined) {
          throw new Error(`no fake task ${name}`);
        }
        return task(call.arguments, call);
      },
      ...(time === 'virtual' ? { work: (seconds: number, signal: AbortSignal) => this.cloud.clock.sleep(seconds, signal) } : {}),
    });
  }

  async call<T>(operation: string, input: object, account = ACCOUNT): Promise<T> {
    const found = this.service.operations[operation] as Operation | undefined;
    if (found === undefined) {
      throw new Error(`no operation ${operation}`);
    }
    return await (found as (input: object, context: object) => Promise<object | void>)(input, fakeContext(account)) as T;
  }

  async stop(): Promise<void> {
    await this.service.stop?.();
  }

  async machine(definition: object, name = `machine-${this.machines += 1}`): Promise<string> {
    const text = JSON.stringify({ QueryLanguage: 'JSONata', ...definition });
    const { stateMachineArn } = await this.call<{ stateMachineArn: string }>('CreateStateMachine', { name, definition: text, roleArn: ROLE });
    return stateMachineArn;
  }

  async started(definition: object, input: unknown = {}): Promise<string> {
    const stateMachineArn = await this.machine(definition);
    const { executionArn = '' } = await this.call<StartExecutionOutput>('StartExecution', { stateMachineArn, input: JSON.stringify(input) });
    return executionArn;
  }

  async ended(executionArn: string): Promise<DescribeExecutionOutput> {
    for (;;) {
      const description = await this.call<DescribeExecutionOutput>('DescribeExecution', { executionArn });
      if (description.status !== 'RUNNING') {
        return description;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Runs a machine to its end. */
  async run(definition: object, input: unknown = {}): Promise<DescribeExecutionOutput> {
    return this.ended(await this.started(definition, input));
  }

  /** The output of a machine that must succeed. */
  async output(definition: object, input: unknown = {}): Promise<unknown> {
    const { status, output, error, cause } = await this.run(definition, input);
    if (status !== 'SUCCEEDED' || output === undefined) {
      throw new Error(`${status}: ${error ?? ''} ${cause ?? ''}`);
    }
    return JSON.parse(output) as unknown;
  }

  async events(executionArn: string): Promise<NonNullable<GetExecutionHistoryOutput['events']>> {
    const { events = [] } = await this.call<GetExecutionHistoryOutput>('GetExecutionHistory', { executionArn, maxResults: 1000 });
    return events;
  }
}

/** A machine of one state. */
export const single = (state: object): object => ({ StartAt: 'S', States: { S: { ...state, ...('Next' in state || ['Succeed', 'Fail', 'Choice'].includes(String((state as { Type?: string }).Type)) ? {} : { End: true }) } } });

/** A Pass state with an Output. */
export const pass = (Output: unknown): object => single({ Type: 'Pass', Output });
