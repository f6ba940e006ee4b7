import { Stack } from 'aws-cdk-lib';
import { CfnEndpoint } from 'aws-cdk-lib/aws-sagemaker';
import { NagRuleCompliance } from 'cdk-nag';
import type { Rule } from './rule';
import { checkCalls, compliantIf, isStateMachine, member } from './states';

export const rollbackAlarms: Rule = {
  name: 'RollbackAlarms',
  info: 'Traffic shifts to another version without alarms that shift it back.',
  explanation: 'A model that passed every test can still fail on real traffic; without alarms it serves until a person looks.',
  check: (node) => {
    if (node instanceof CfnEndpoint) {
      const config: unknown = Stack.of(node).resolve(node.deploymentConfig);
      return compliantIf(isList(member(config, 'autoRollbackConfiguration', 'alarms')));
    }
    return isStateMachine(node)
      ? checkCalls(node, ['updateEndpoint'], ({ arguments: parameters }) => isList(member(parameters, 'DeploymentConfig', 'AutoRollbackConfiguration', 'Alarms')))
      : NagRuleCompliance.NOT_APPLICABLE;
  },
};

const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
