import { Stack } from 'aws-cdk-lib';
import { CfnModel, CfnPipeline } from 'aws-cdk-lib/aws-sagemaker';
import { NagRuleCompliance } from 'cdk-nag';
import type { Rule } from './rule';
import { checkCalls, compliantIf, isStateMachine, listOrCompliant, member, textOf } from './states';

export const networkIsolation: Rule = {
  name: 'NetworkIsolation',
  info: 'A model or a job runs with network access.',
  explanation: 'A container without network cannot send data out, whatever code or library got into it.',
  check: (node) => {
    if (node instanceof CfnModel) {
      return compliantIf(Stack.of(node).resolve(node.enableNetworkIsolation) === true);
    }
    if (node instanceof CfnPipeline) {
      return listOrCompliant(jobsOf(node).filter(({ isolated }) => !isolated).map(({ step }) => `Step::${step}`));
    }
    return isStateMachine(node) ? checkCalls(node, Object.keys(SWITCHES), (call) => isIsolated(call.action, call.arguments)) : NagRuleCompliance.NOT_APPLICABLE;
  },
};

/** Where each API has the switch. */
const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  createModel: ['EnableNetworkIsolation'],
  createTrainingJob: ['EnableNetworkIsolation'],
  createProcessingJob: ['NetworkConfig', 'EnableNetworkIsolation'],
};

const API_OF_STEP: Readonly<Record<string, string>> = { Training: 'createTrainingJob', Processing: 'createProcessingJob' };

const isIsolated = (action: string, parameters: unknown): boolean => member(parameters, ...(SWITCHES[action] ?? [])) === true;

/** @throws when the definition lies in S3, where no rule can read it */
function jobsOf(node: CfnPipeline): { step: string; isolated: boolean }[] {
  const definition: unknown = Stack.of(node).resolve(node.pipelineDefinition);
  const body = textOf(member(definition, 'PipelineDefinitionBody'));
  if (body === undefined) {
    throw new Error(`the definition of ${node.node.path} is not in the template; give it as PipelineDefinitionBody`);
  }
  const { Steps } = JSON.parse(body) as { Steps: { Name: string; Type: string; Arguments?: unknown }[] };
  return Steps.flatMap(({ Name, Type, Arguments }) => {
    const action = API_OF_STEP[Type];
    return action === undefined ? [] : [{ step: Name, isolated: isIsolated(action, Arguments) }];
  });
}
