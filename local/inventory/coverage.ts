import { HANDLERS } from '../cloudformation/resources';
import { patternFaults } from '../events/pattern';
import { parseSchedule } from '../events/schedule';
import { TARGET_SERVICES, targetService } from '../events/targets';
import { SERVICES } from '../iam/actions';
import { isKnownKey } from '../iam/policy/context';
import { compilePolicy } from '../iam/policy/document';
import { definitionProblems } from '../sagemaker/pipelines/check';
import type { PipelineDefinition } from '../sagemaker/pipelines/definition';
import { parseDefinition } from '../stepfunctions/definition/validate';
import { conditionKeys, type Inventory } from './assembly';
import { COMMODITY_SERVICES, IDLE_CONDITION_KEYS } from './fidelity';
import type { Operation } from './handlers';
import { ownOperations } from './services';

/** What the SageMaker runtime answers without being in a table. */
const RAW_OPERATIONS: Readonly<Record<string, readonly string[]>> = { sagemaker: ['InvokeEndpoint'] };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const attempt = (where: string, check: () => unknown): string[] => {
  try {
    check();
    return [];
  } catch (error) {
    return [`${where}: ${messageOf(error)}`];
  }
};

/** Operations that the local AWS does not answer, or whose permissions it does not know. */
export function uncoveredOperations(operations: readonly Operation[]): string[] {
  const own = ownOperations();
  return operations.flatMap(({ service, operation }) => {
    const name = `${service}:${operation}`;
    const answered = service in own
      ? [...(own[service] ?? []), ...(RAW_OPERATIONS[service] ?? [])].includes(operation)
      : service in COMMODITY_SERVICES;
    const permitted = service === 's3' || SERVICES[service]?.operations[operation] !== undefined;
    return [...(answered ? [] : [`${name} is not answered`]), ...(permitted ? [] : [`${name}: no table says which permission it needs`])];
  });
}

/** Everything in the inventory that the local AWS would refuse, with its place; empty when all of it works here. */
export async function uncovered(inventory: Inventory): Promise<string[]> {
  const machines = await Promise.all(inventory.stateMachines.map(async ({ where, content }) =>
    parseDefinition(JSON.stringify(content)).then(() => [], (error: unknown) => [`${where}: ${messageOf(error)}`])));
  return [
    ...inventory.resourceTypes.filter((type) => !(type in HANDLERS)).map((type) => `resource type ${type} is not made`),
    ...machines.flat(),
    ...inventory.pipelines.flatMap(({ where, content }) => definitionProblems(content as unknown as PipelineDefinition).map((problem) => `${where}: ${problem}`)),
    ...inventory.policies.flatMap(({ where, content, kind }) => attempt(where, () => compilePolicy(content, where, kind))),
    ...inventory.policies.flatMap(({ where, content }) =>
      conditionKeys(content).filter((key) => !isKnownKey(key.toLowerCase()) && !(key in IDLE_CONDITION_KEYS)).map((key) => `${where}: the condition key ${key} is not known`)),
    ...inventory.eventPatterns.flatMap(({ where, content }) => patternFaults(content).map((fault) => `${where}: ${fault}`)),
    ...inventory.targets.filter(({ arn }) => targetService(arn) === undefined && !arn.includes(':event-bus/'))
      .map(({ where, arn }) => `${where}: nothing is delivered to ${arn}; there is ${TARGET_SERVICES.join(', ')} and event buses`),
    ...inventory.schedules.flatMap(({ where, expression }) => attempt(where, () => parseSchedule(expression))),
  ];
}
