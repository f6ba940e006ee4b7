import {
  CreateScheduleCommand, CreateScheduleGroupCommand, CreateScheduleInput$ as scheduleSchema, DeleteScheduleCommand, DeleteScheduleGroupCommand, SchedulerClient,
  UpdateScheduleCommand, type CreateScheduleInput,
} from '@aws-sdk/client-scheduler';
import { asInput, ignoring, tagList, text } from './convert';
import { effects, type HandlerTable } from './handler';

const GONE = ['ResourceNotFoundException'];

export const scheduler: HandlerTable = {
  'AWS::Scheduler::Schedule': {
    properties: effects({
      replace: 'Name GroupName',
      update: 'ScheduleExpression ScheduleExpressionTimezone Target FlexibleTimeWindow State Description StartDate EndDate',
      inert: 'KmsKeyArn',
    }),
    async create(properties, context) {
      const name = text(properties.Name) ?? context.generateName(64);
      const { ScheduleArn = '' } = await context.client(SchedulerClient).send(
        new CreateScheduleCommand(asInput<CreateScheduleInput>(scheduleSchema, { ...properties, Name: name })));
      return { physicalId: name, attributes: { Arn: ScheduleArn } };
    },
    async update(properties, context, { physicalId }) {
      await context.client(SchedulerClient).send(new UpdateScheduleCommand(asInput<CreateScheduleInput>(scheduleSchema, { ...properties, Name: physicalId })));
    },
    async delete({ physicalId, properties }, context) {
      await ignoring(GONE, context.client(SchedulerClient).send(new DeleteScheduleCommand({ Name: physicalId, GroupName: text(properties.GroupName) })));
    },
  },

  'AWS::Scheduler::ScheduleGroup': {
    properties: effects({ replace: 'Name', inert: 'Tags' }),
    async create(properties, context) {
      const name = text(properties.Name) ?? context.generateName(64);
      const { ScheduleGroupArn = '' } = await context.client(SchedulerClient).send(
        new CreateScheduleGroupCommand({ Name: name, Tags: tagList(properties.Tags, context.tags) }));
      return { physicalId: name, attributes: { Arn: ScheduleGroupArn, State: 'ACTIVE' } };
    },
    async delete({ physicalId }, context) {
      await ignoring(GONE, context.client(SchedulerClient).send(new DeleteScheduleGroupCommand({ Name: physicalId })));
    },
  },
};
