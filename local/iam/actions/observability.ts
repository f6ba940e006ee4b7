import { anything, each, either, given, on, passes, tagging, textAt, type Need, type ServiceActions } from './need';

const alarm = (path: string): Need => on(`alarm:{${path}}`);

/** Dashboards belong to no region. */
const dashboard = (path: string): Need => (call, prefix) => on(`dashboard/{${path}}`)({ ...call, region: '' }, prefix);

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
export const monitoring: ServiceActions = {
  prefix: 'cloudwatch',
  operations: {
    PutMetricAlarm: [alarm('AlarmName'), tagging('cloudwatch:TagResource', alarm('AlarmName'))],
    PutCompositeAlarm: [alarm('AlarmName')],
    ...each('DeleteAlarms EnableAlarmActions DisableAlarmActions', alarm('AlarmNames')),
    SetAlarmState: [alarm('AlarmName')],
    DescribeAlarmHistory: [either(alarm('AlarmName'), on('alarm:*'))],
    DescribeAlarms: [either(alarm('AlarmNames'), on('alarm:*'))],
    PutMetricData: [given((input) => ({ 'cloudwatch:namespace': textAt(input, 'Namespace') }), anything)],
    ...each('PutDashboard GetDashboard', dashboard('DashboardName')),
    DeleteDashboards: [dashboard('DashboardNames')],
    ...each('TagResource UntagResource ListTagsForResource', on('{ResourceARN}')),
    ...each('GetMetricData GetMetricStatistics ListMetrics ListDashboards DescribeAlarmsForMetric', anything),
  },
};

/** Log groups are named with what follows them, which is empty for the group itself. */
const group = (path: string): Need => (call, prefix) => on(`log-group:{${path}}`)(call, prefix).map((needed) =>
  ({ ...needed, resource: `${needed.resource.replace(/:\*$/, '')}:log-stream:` }));
const stream = on('log-group:{logGroupName}:log-stream:{logStreamName}');
const groupOrIdentifier = either(group('logGroupName'), group('logGroupIdentifier'));

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html */
export const logs: ServiceActions = {
  prefix: 'logs',
  operations: {
    CreateLogGroup: [group('logGroupName'), tagging('logs:TagResource', group('logGroupName'))],
    ...each('DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey DisassociateKmsKey PutMetricFilter DeleteMetricFilter', group('logGroupName')),
    PutSubscriptionFilter: [group('logGroupName'), passes('roleArn', 'logs.amazonaws.com')],
    CreateLogStream: [stream],
    ...each('DeleteLogStream PutLogEvents GetLogEvents', stream),
    ...each('DescribeLogStreams FilterLogEvents', groupOrIdentifier),
    DescribeLogGroups: [on('log-group::log-stream:')],
    ...each('TagResource UntagResource ListTagsForResource', on('{resourceArn}')),
    ...each('PutResourcePolicy DeleteResourcePolicy DescribeResourcePolicies', anything),
  },
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html */
export const cloudtrail: ServiceActions = {
  prefix: 'cloudtrail',
  operations: {
    ...each('CreateTrail UpdateTrail', on('trail/{Name}'), passes('CloudWatchLogsRoleArn', 'cloudtrail.amazonaws.com')),
    ...each('DeleteTrail StartLogging StopLogging GetTrail GetTrailStatus', on('trail/{Name}')),
    ...each('PutEventSelectors GetEventSelectors PutInsightSelectors', on('trail/{TrailName}')),
    ...each('DescribeTrails ListTrails LookupEvents', anything),
  },
};
