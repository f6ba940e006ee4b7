import {
  CreateStateMachineCommand, DeleteStateMachineCommand, SFNClient, UpdateStateMachineCommand, type LoggingConfiguration, type StateMachineType, type TracingConfiguration,
} from '@aws-sdk/client-sfn';
import type { Values } from '../template';
import { ignoring, json, lowerKeys, record, tagList, text } from './convert';
import { effects, type HandlerTable } from './handler';

function definitionOf(properties: Values): string {
  const source = properties.DefinitionString === undefined ? json(properties.Definition) : json(properties.DefinitionString);
  return Object.entries(record(properties.DefinitionSubstitutions)).reduce((document, [name, value]) => document.replaceAll(`\${${name}}`, String(value)), source);
}

const configurationOf = (properties: Values) => ({
  definition: definitionOf(properties),
  roleArn: text(properties.RoleArn),
  loggingConfiguration: lowerKeys(properties.LoggingConfiguration) as LoggingConfiguration | undefined,
  tracingConfiguration: lowerKeys(properties.TracingConfiguration) as TracingConfiguration | undefined,
});

export const stepfunctions: HandlerTable = {
  'AWS::StepFunctions::StateMachine': {
    properties: effects({
      replace: 'StateMachineName StateMachineType',
      update: 'DefinitionString Definition DefinitionSubstitutions RoleArn LoggingConfiguration TracingConfiguration',
      inert: 'Tags EncryptionConfiguration',
    }),
    async create(properties, context) {
      const name = text(properties.StateMachineName) ?? context.generateName(80);
      const { stateMachineArn = '' } = await context.client(SFNClient).send(new CreateStateMachineCommand({
        name,
        ...configurationOf(properties),
        type: text(properties.StateMachineType) as StateMachineType | undefined,
        tags: tagList(properties.Tags, context.tags).map(({ Key, Value }) => ({ key: Key, value: Value })),
      } as ConstructorParameters<typeof CreateStateMachineCommand>[0]));
      return { physicalId: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name, StateMachineRevisionId: 'INITIAL' } };
    },
    async update(properties, context, { physicalId }) {
      const { revisionId } = await context.client(SFNClient).send(new UpdateStateMachineCommand({ stateMachineArn: physicalId, ...configurationOf(properties) }));
      return { physicalId, attributes: { StateMachineRevisionId: revisionId ?? 'INITIAL' } };
    },
    async delete({ physicalId }, context) {
      await ignoring(['StateMachineDoesNotExist'], context.client(SFNClient).send(new DeleteStateMachineCommand({ stateMachineArn: physicalId })));
    },
  },
};
