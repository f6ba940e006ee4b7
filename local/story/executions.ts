import { DescribeExecutionCommand, type DescribeExecutionOutput, GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { World } from './world';
import { waitFor } from './wait';

/** A state machine of the process. */
export interface Machine {
  readonly environment: string;
  readonly model: string;
  readonly name: 'development' | 'qualification' | 'promotion' | 'monitor';
}

export type Execution = DescribeExecutionOutput & { readonly executionArn: string };

/** Names of the executions a machine has had so far. */
export async function executionArns(world: World, machine: Machine): Promise<Set<string>> {
  const stateMachineArn = world.stateMachineArn(machine.environment, machine.model, machine.name);
  const { executions } = await world.in(machine.environment).states.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1000 }));
  return new Set((executions ?? []).map(({ executionArn }) => executionArn ?? ''));
}

/** Waits for an execution that was not there before: the process starts it by itself. */
export async function nextExecution(world: World, machine: Machine, before: ReadonlySet<string>, seconds = 60): Promise<string> {
  return waitFor(
    `an execution of ${machine.environment}-${machine.model}-${machine.name} to start by itself`,
    async () => [...(await executionArns(world, machine))].find((arn) => !before.has(arn)),
    { seconds },
  );
}

/** Follows an execution to its end, telling the states as they are entered. */
export async function follow(
  world: World,
  machine: Machine,
  executionArn: string,
  tell: (state: string) => void,
  seconds = 300,
): Promise<Execution> {
  const states = world.in(machine.environment).states;
  let seen = 0;
  let current = 'the start';
  return waitFor(
    `${machine.environment}-${machine.model}-${machine.name} to end`,
    async () => {
      const described = await states.send(new DescribeExecutionCommand({ executionArn }));
      const { events } = await states.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
      for (const event of (events ?? []).slice(seen)) {
        const name = event.stateEnteredEventDetails?.name;
        if (name !== undefined && event.type === 'TaskStateEntered' && name !== current) {
          current = name;
          tell(name);
        }
      }
      seen = events?.length ?? 0;
      return described.status === 'RUNNING' ? undefined : { ...described, executionArn };
    },
    { seconds, everyMilliseconds: 150, lastSeen: () => `state ${current}` },
  );
}
