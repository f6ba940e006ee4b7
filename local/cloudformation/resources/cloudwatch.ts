import {
  CloudWatchClient, DeleteAlarmsCommand, DeleteDashboardsCommand, PutDashboardCommand, PutMetricAlarmCommand, PutMetricAlarmInput$ as alarmSchema,
  type PutMetricAlarmInput,
} from '@aws-sdk/client-cloudwatch';
import type { Values } from '../template';
import { asInput, ignoring, json, tagList, text } from './convert';
import { effects, type HandlerTable, type ResourceContext } from './handler';

const ALARM_PROPERTIES = `AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions MetricName Namespace Statistic ExtendedStatistic Dimensions
  Period Unit EvaluationPeriods DatapointsToAlarm Threshold ComparisonOperator TreatMissingData EvaluateLowSampleCountPercentile Metrics ThresholdMetricId`;

async function putAlarm(name: string, properties: Values, context: ResourceContext): Promise<void> {
  await context.client(CloudWatchClient).send(new PutMetricAlarmCommand(asInput<PutMetricAlarmInput>(alarmSchema, {
    ...properties, AlarmName: name, Tags: tagList(properties.Tags, context.tags),
  })));
}

export const cloudwatch: HandlerTable = {
  'AWS::CloudWatch::Alarm': {
    properties: effects({ replace: 'AlarmName', update: ALARM_PROPERTIES, inert: 'Tags' }),
    async create(properties, context) {
      const name = text(properties.AlarmName) ?? context.generateName(255);
      await putAlarm(name, properties, context);
      return { physicalId: name, attributes: { Arn: `arn:aws:cloudwatch:${context.region}:${context.accountId}:alarm:${name}` } };
    },
    async update(properties, context, { physicalId }) {
      await putAlarm(physicalId, properties, context);
    },
    async delete({ physicalId }, context) {
      await ignoring(['ResourceNotFound'], context.client(CloudWatchClient).send(new DeleteAlarmsCommand({ AlarmNames: [physicalId] })));
    },
  },

  'AWS::CloudWatch::Dashboard': {
    properties: effects({ replace: 'DashboardName', update: 'DashboardBody', inert: 'Tags' }),
    async create(properties, context) {
      const name = text(properties.DashboardName) ?? context.generateName(255);
      await context.client(CloudWatchClient).send(new PutDashboardCommand({ DashboardName: name, DashboardBody: json(properties.DashboardBody) }));
      return { physicalId: name };
    },
    async update(properties, context, { physicalId }) {
      await context.client(CloudWatchClient).send(new PutDashboardCommand({ DashboardName: physicalId, DashboardBody: json(properties.DashboardBody) }));
    },
    async delete({ physicalId }, context) {
      await ignoring(['ResourceNotFound'], context.client(CloudWatchClient).send(new DeleteDashboardsCommand({ DashboardNames: [physicalId] })));
    },
  },
};
