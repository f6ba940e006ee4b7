import { anything, each, on, passes, textAt, type Input, type Need, type ServiceActions } from './need';

const onRule = (path: string): Need => (call, prefix) => {
  const bus = textAt(call.input, 'EventBusName') ?? 'default';
  const [account, name] = bus.startsWith('arn:') ? [bus.split(':')[4] ?? '', bus.slice(bus.indexOf('/') + 1)] : [call.accountId, bus];
  return on(`rule/${name === 'default' ? '' : `${name}/`}{${path}}`)({ ...call, accountId: account }, prefix);
};

const rule = onRule('Name');
const bus = on('event-bus/{Name|default}');
const eventBus = on('event-bus/{EventBusName|default}');

/** Each entry is an event of its own. */
const entries: Need = (call, prefix) => {
  const list = Array.isArray(call.input.Entries) ? call.input.Entries as Input[] : [];
  return list.flatMap((input) => eventBus({ ...call, input }, prefix).map((needed) => ({
    ...needed,
    context: { 'events:source': textAt(input, 'Source'), 'events:detail-type': textAt(input, 'DetailType') },
  })));
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
export const events: ServiceActions = {
  prefix: 'events',
  operations: {
    PutEvents: [entries],
    PutRule: [rule, passes('RoleArn', 'events.amazonaws.com')],
    ...each('DescribeRule DeleteRule EnableRule DisableRule', rule),
    PutTargets: [onRule('Rule'), passes('Targets.RoleArn', 'events.amazonaws.com')],
    ...each('RemoveTargets ListTargetsByRule', onRule('Rule')),
    ...each('CreateEventBus DescribeEventBus UpdateEventBus DeleteEventBus', bus),
    ...each('PutPermission RemovePermission', eventBus),
    ...each('TagResource UntagResource ListTagsForResource', on('{ResourceARN}')),
    ...each('ListRules ListEventBuses', anything),
  },
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
export const scheduler: ServiceActions = {
  prefix: 'scheduler',
  operations: {
    ...each('CreateSchedule UpdateSchedule', on('schedule/{GroupName|default}/{Name}'), passes('Target.RoleArn', 'scheduler.amazonaws.com')),
    ...each('GetSchedule DeleteSchedule', on('schedule/{GroupName|default}/{Name}')),
    ...each('CreateScheduleGroup GetScheduleGroup DeleteScheduleGroup', on('schedule-group/{Name}')),
    ...each('TagResource UntagResource ListTagsForResource', on('{ResourceArn}')),
    ...each('ListSchedules ListScheduleGroups', anything),
  },
};
