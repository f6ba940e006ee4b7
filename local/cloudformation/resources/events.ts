import {
  CreateEventBusCommand, CreateEventBusRequest$ as busSchema, DeleteEventBusCommand, DeleteRuleCommand, DescribeEventBusCommand, EventBridgeClient,
  PutPermissionCommand, PutRuleCommand, PutTargetsCommand, PutTargetsRequest$ as targetsSchema, RemovePermissionCommand, RemoveTargetsCommand,
  type CreateEventBusRequest, type PutTargetsRequest, type RuleState,
} from '@aws-sdk/client-eventbridge';
import type { Values } from '../template';
import { asInput, ignoring, json, record, records, tagList, text, without } from './convert';
import { effects, type HandlerTable, type ResourceContext } from './handler';

const GONE = ['ResourceNotFoundException'];

async function putRule(name: string, properties: Values, context: ResourceContext): Promise<string> {
  const client = context.client(EventBridgeClient);
  const EventBusName = text(properties.EventBusName);
  const { RuleArn } = await client.send(new PutRuleCommand({
    Name: name,
    EventBusName,
    EventPattern: properties.EventPattern === undefined ? undefined : json(properties.EventPattern),
    ScheduleExpression: text(properties.ScheduleExpression),
    State: text(properties.State) as RuleState | undefined,
    Description: text(properties.Description),
    RoleArn: text(properties.RoleArn),
  }));
  const targets = records(properties.Targets);
  if (targets.length > 0) {
    const { FailedEntries = [] } = await client.send(new PutTargetsCommand(asInput<PutTargetsRequest>(targetsSchema, {
      Rule: name, EventBusName, Targets: targets,
    })));
    if (FailedEntries[0] !== undefined) {
      throw new Error(`target ${FailedEntries[0].TargetId}: ${FailedEntries[0].ErrorMessage}`);
    }
  }
  return RuleArn ?? '';
}

async function removeTargets(name: string, properties: Values, ids: readonly string[], context: ResourceContext): Promise<void> {
  if (ids.length > 0) {
    await ignoring(GONE, context.client(EventBridgeClient).send(new RemoveTargetsCommand({
      Rule: name, EventBusName: text(properties.EventBusName), Ids: [...ids],
    })));
  }
}

const idsOf = (properties: Values): string[] => records(properties.Targets).map(({ Id }) => text(Id) ?? '');
const ruleName = (physicalId: string): string => physicalId.split('|').pop() ?? physicalId;

/** Puts one statement into a bus policy that several resources share. */
async function putStatement(properties: Values, context: ResourceContext): Promise<void> {
  const client = context.client(EventBridgeClient);
  const EventBusName = text(properties.EventBusName);
  const StatementId = text(properties.StatementId) ?? '';
  if (properties.Statement === undefined) {
    const condition = record(properties.Condition);
    await client.send(new PutPermissionCommand({
      EventBusName,
      StatementId,
      Action: text(properties.Action) ?? 'events:PutEvents',
      Principal: text(properties.Principal),
      Condition: properties.Condition === undefined ? undefined : { Type: text(condition.Type), Key: text(condition.Key), Value: text(condition.Value) },
    }));
    return;
  }
  const { Policy } = await client.send(new DescribeEventBusCommand({ Name: EventBusName }));
  const statements = Policy === undefined || Policy === '' ? [] : (JSON.parse(Policy) as { Statement?: Values[] }).Statement ?? [];
  const others = statements.filter(({ Sid }) => Sid !== StatementId);
  const policy = { Version: '2012-10-17', Statement: [...others, { Sid: StatementId, ...record(properties.Statement) }] };
  await client.send(new PutPermissionCommand({ EventBusName, Policy: JSON.stringify(policy) }));
}

export const events: HandlerTable = {
  'AWS::Events::Rule': {
    properties: effects({ replace: 'Name EventBusName', update: 'EventPattern ScheduleExpression State Description RoleArn Targets', inert: 'Tags' }),
    async create(properties, context) {
      const name = text(properties.Name) ?? context.generateName(64);
      const arn = await putRule(name, properties, context);
      const bus = text(properties.EventBusName);
      return { physicalId: bus === undefined ? name : `${bus}|${name}`, attributes: { Arn: arn } };
    },
    async update(properties, context, { physicalId, properties: before }) {
      const name = ruleName(physicalId);
      await putRule(name, properties, context);
      await removeTargets(name, properties, idsOf(before).filter((id) => !idsOf(properties).includes(id)), context);
    },
    async delete({ physicalId, properties }, context) {
      const name = ruleName(physicalId);
      await removeTargets(name, properties, idsOf(properties), context);
      await ignoring(GONE, context.client(EventBridgeClient).send(new DeleteRuleCommand({ Name: name, EventBusName: text(properties.EventBusName) })));
    },
  },

  'AWS::Events::EventBus': {
    properties: effects({ replace: 'Name EventSourceName', update: 'Policy', inert: 'Tags Description KmsKeyIdentifier DeadLetterConfig LogConfig' }),
    async create(properties, context) {
      const name = text(properties.Name) ?? '';
      const { EventBusArn = '' } = await context.client(EventBridgeClient).send(new CreateEventBusCommand(asInput<CreateEventBusRequest>(busSchema, {
        ...without(properties, 'Policy', 'Tags'), Tags: tagList(properties.Tags, context.tags),
      })));
      if (properties.Policy !== undefined) {
        await context.client(EventBridgeClient).send(new PutPermissionCommand({ EventBusName: name, Policy: json(properties.Policy) }));
      }
      return { physicalId: name, attributes: { Arn: EventBusArn, Name: name, Policy: json(properties.Policy) } };
    },
    async update(properties, context, { physicalId }) {
      await context.client(EventBridgeClient).send(new PutPermissionCommand({ EventBusName: physicalId, Policy: json(properties.Policy) }));
    },
    async delete({ physicalId }, context) {
      await ignoring(GONE, context.client(EventBridgeClient).send(new DeleteEventBusCommand({ Name: physicalId })));
    },
  },

  'AWS::Events::EventBusPolicy': {
    properties: effects({ replace: 'EventBusName StatementId', update: 'Action Principal Condition Statement' }),
    async create(properties, context) {
      await putStatement(properties, context);
      return { physicalId: `${text(properties.EventBusName) ?? 'default'}|${text(properties.StatementId)}` };
    },
    async update(properties, context) {
      await putStatement(properties, context);
    },
    async delete({ properties }, context) {
      await ignoring(GONE, context.client(EventBridgeClient).send(new RemovePermissionCommand({
        EventBusName: text(properties.EventBusName), StatementId: text(properties.StatementId),
      })));
    },
  },
};
