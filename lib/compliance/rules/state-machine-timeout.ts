import { NagRuleCompliance } from 'cdk-nag';
import type { Rule } from './rule';
import { definitionOf, isStateMachine, listOrCompliant, statesOf } from './states';

export const stateMachineTimeout: Rule = {
  name: 'StateMachineTimeout',
  info: 'A state machine or one of its tasks may wait forever.',
  explanation: 'A task without a timeout whose answer is lost holds its execution, and with it locks and endpoints, for up to a year.',
  check: (node) => {
    if (!isStateMachine(node)) {
      return NagRuleCompliance.NOT_APPLICABLE;
    }
    const definition = definitionOf(node);
    const endless = statesOf(definition).filter(([, state]) => state.Type === 'Task' && state.TimeoutSeconds === undefined && state.TimeoutSecondsPath === undefined);
    return listOrCompliant([...(definition.TimeoutSeconds === undefined ? ['Machine'] : []), ...endless.map(([name]) => `State::${name}`)]);
  },
};
