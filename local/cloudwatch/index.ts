import * as sdk from '@aws-sdk/client-cloudwatch';
import { type CallContext, type LocalCloud, type LocalService, type Operation, type ServiceMetric, ServiceError } from '../core/service';
import { deliver } from '../events/delivery';
import { send } from '../events/targets';
import { type AlarmState, COMPARISONS, evaluate } from './alarm';
import { dimensionMap, isStatistic, MetricStore, statistic } from './metrics';

interface Alarm {
  readonly accountId: string;
  readonly arn: string;
  readonly input: sdk.PutMetricAlarmInput;
  state: AlarmState;
  reason: string;
  updated: Date;
}

/** CloudWatch as a service that others publish metrics to. */
export interface CloudWatchService extends LocalService {
  putServiceMetric(accountId: string, metric: ServiceMetric): void;
}

const EVALUATION_INTERVAL_MILLISECONDS = 50;

/**
 * CloudWatch metrics, alarms on single metrics and dashboards. Alarms are evaluated on periods of the scaled clock; metric math, composite alarms and
 * anomaly detection are refused by name.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
 */
export function createCloudWatchService(cloud: LocalCloud): CloudWatchService {
  const store = new MetricStore();
  const alarms = new Map<string, Alarm>();
  const dashboards = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;

  const alarmArn = (account: string, name: string | undefined): string => `arn:aws:cloudwatch:${cloud.region}:${account}:alarm:${name}`;
  const dashboardArn = (account: string, name: string | undefined): string => `arn:aws:cloudwatch::${account}:dashboard/${name}`;

  const enter = (alarm: Alarm, state: AlarmState, reason: string): void => {
    const previous = alarm.state;
    alarm.reason = reason;
    if (state === previous) {
      return;
    }
    alarm.state = state;
    alarm.updated = new Date();
    cloud.log('cloudwatch', `alarm ${alarm.input.AlarmName} in ${alarm.accountId}: ${previous} -> ${state} (${reason})`);
    cloud.emit({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      account: alarm.accountId,
      region: cloud.region,
      resources: [alarm.arn],
      detail: {
        alarmName: alarm.input.AlarmName,
        state: { value: state, reason, timestamp: alarm.updated.toISOString() },
        previousState: { value: previous },
        configuration: { description: alarm.input.AlarmDescription },
      },
    });
    const actions = { OK: alarm.input.OKActions, ALARM: alarm.input.AlarmActions, INSUFFICIENT_DATA: alarm.input.InsufficientDataActions }[state] ?? [];
    for (const arn of alarm.input.ActionsEnabled === false ? [] : actions) {
      const message = JSON.stringify({ AlarmName: alarm.input.AlarmName, NewStateValue: state, NewStateReason: reason, OldStateValue: previous });
      const { accountId } = alarm;
      const facts = { AlarmName: alarm.input.AlarmName, AccountId: accountId };
      const by = { name: 'cloudwatch.amazonaws.com', sourceAccount: accountId, sourceArn: alarmArn(accountId, alarm.input.AlarmName) };
      void deliver(cloud, {
        service: 'monitoring', targetArn: arn, input: message, by, facts, retry: { MaximumRetryAttempts: 1 }, send: () => send(cloud, { arn, by }, message),
      });
    }
  };

  const evaluateAll = (): void => {
    if (cloud.clock.stopped === true) {
      return;
    }
    for (const alarm of alarms.values()) {
      const { state, reason } = evaluate(alarm.input as sdk.MetricAlarm, alarm.accountId, store, cloud.clock, alarm.state);
      enter(alarm, state, reason);
    }
  };

  const describe = (alarm: Alarm): sdk.MetricAlarm => ({
    ...(alarm.input as sdk.MetricAlarm),
    AlarmArn: alarm.arn,
    ActionsEnabled: alarm.input.ActionsEnabled ?? true,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: alarm.updated,
  });

  const putMetricAlarm = async (input: sdk.PutMetricAlarmInput, { accountId }: CallContext): Promise<void> => {
    if (input.Metrics !== undefined && input.Metrics.length > 0) {
      throw new ServiceError('ValidationError', `alarm ${input.AlarmName}: metric math is not supported by the local AWS; alarm on one metric`);
    }
    if (!isStatistic(input.Statistic ?? input.ExtendedStatistic ?? '')) {
      throw new ServiceError('ValidationError', `alarm ${input.AlarmName}: statistic ${input.Statistic ?? input.ExtendedStatistic} is not supported`);
    }
    if (!COMPARISONS.includes(input.ComparisonOperator ?? '')) {
      throw new ServiceError('ValidationError', `alarm ${input.AlarmName}: comparison ${input.ComparisonOperator} is not supported by the local AWS`);
    }
    const arn = alarmArn(accountId, input.AlarmName);
    const previous = alarms.get(arn);
    alarms.set(arn, {
      accountId,
      arn,
      input,
      state: previous?.state ?? 'INSUFFICIENT_DATA',
      reason: previous?.reason ?? 'Unchecked: Initial alarm creation',
      updated: new Date(),
    });
  };

  const series = (accountId: string, stat: sdk.MetricStat, start: Date, end: Date) => {
    if (!isStatistic(stat.Stat ?? '')) {
      throw new ServiceError('ValidationError', `statistic ${stat.Stat} is not supported by the local AWS`);
    }
    const key = {
      accountId,
      namespace: stat.Metric?.Namespace ?? '',
      name: stat.Metric?.MetricName ?? '',
      dimensions: dimensionMap(stat.Metric?.Dimensions),
    };
    return store
      .buckets(key, start.getTime(), end.getTime(), (stat.Period ?? 60) * 1000)
      .map((bucket) => ({ time: new Date(bucket.start), value: statistic(stat.Stat ?? '', bucket.values) }));
  };

  const operations = {
    PutMetricData: async (input: sdk.PutMetricDataInput, { accountId }: CallContext) => {
      const namespace = input.Namespace ?? '';
      if (namespace.startsWith('AWS/')) {
        throw new ServiceError('InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.');
      }
      for (const datum of input.MetricData ?? []) {
        const key = { accountId, namespace, name: datum.MetricName ?? '', dimensions: dimensionMap(datum.Dimensions) };
        const values = datum.Values ?? (datum.Value === undefined ? [] : [datum.Value]);
        for (const [i, value] of values.entries()) {
          if (!Number.isFinite(value)) {
            throw new ServiceError('InvalidParameterValue', `metric ${datum.MetricName}: ${value} is not a finite number`);
          }
          store.put(key, value, datum.Unit ?? 'None', datum.Counts?.[i] ?? 1, datum.Timestamp?.getTime());
        }
      }
    },
    GetMetricData: async (input: sdk.GetMetricDataInput, { accountId }: CallContext) => ({
      MetricDataResults: (input.MetricDataQueries ?? []).map((query) => {
        if (query.MetricStat === undefined) {
          throw new ServiceError('ValidationError', `query ${query.Id}: metric math is not supported by the local AWS`);
        }
        const points = series(accountId, query.MetricStat, input.StartTime ?? new Date(0), input.EndTime ?? new Date());
        const ordered = input.ScanBy === 'TimestampAscending' ? points : points.toReversed();
        return {
          Id: query.Id,
          Label: query.Label ?? query.MetricStat.Metric?.MetricName,
          Timestamps: ordered.map(({ time }) => time),
          Values: ordered.map(({ value }) => value),
          StatusCode: 'Complete' as const,
        };
      }),
      Messages: [],
    }),
    GetMetricStatistics: async (input: sdk.GetMetricStatisticsInput, { accountId }: CallContext) => {
      const byTime = new Map<number, Record<string, unknown>>();
      for (const name of input.Statistics ?? []) {
        const stat: sdk.MetricStat = {
          Metric: { Namespace: input.Namespace, MetricName: input.MetricName, Dimensions: input.Dimensions },
          Period: input.Period,
          Stat: name,
        };
        for (const { time, value } of series(accountId, stat, input.StartTime ?? new Date(0), input.EndTime ?? new Date())) {
          byTime.set(time.getTime(), { ...byTime.get(time.getTime()), Timestamp: time, Unit: 'None', [name]: value });
        }
      }
      return { Label: input.MetricName, Datapoints: [...byTime.values()] };
    },
    ListMetrics: async (input: sdk.ListMetricsInput, { accountId }: CallContext) => ({
      Metrics: store
        .list(accountId)
        .filter((metric) => (input.Namespace ?? metric.namespace) === metric.namespace && (input.MetricName ?? metric.name) === metric.name)
        .map((metric) => ({
          Namespace: metric.namespace,
          MetricName: metric.name,
          Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
    }),
    PutMetricAlarm: putMetricAlarm,
    DescribeAlarms: async (input: sdk.DescribeAlarmsInput, { accountId }: CallContext) => {
      evaluateAll();
      return {
        MetricAlarms: [...alarms.values()]
          .filter((alarm) => alarm.accountId === accountId)
          .filter((alarm) => (input.AlarmNames ?? [alarm.input.AlarmName]).includes(alarm.input.AlarmName ?? ''))
          .filter((alarm) => alarm.input.AlarmName?.startsWith(input.AlarmNamePrefix ?? '') === true)
          .filter((alarm) => (input.StateValue ?? alarm.state) === alarm.state)
          .map(describe),
        CompositeAlarms: [],
      };
    },
    DeleteAlarms: async (input: sdk.DeleteAlarmsInput, { accountId }: CallContext) => {
      const missing = (input.AlarmNames ?? []).filter((name) => !alarms.has(alarmArn(accountId, name)));
      if (missing.length > 0 && missing.length === input.AlarmNames?.length) {
        throw new ServiceError('ResourceNotFound', `alarms do not exist: ${missing.join(', ')}`, 404);
      }
      for (const name of input.AlarmNames ?? []) {
        alarms.delete(alarmArn(accountId, name));
      }
    },
    SetAlarmState: async (input: sdk.SetAlarmStateInput, { accountId }: CallContext) => {
      const alarm = alarms.get(alarmArn(accountId, input.AlarmName));
      if (alarm === undefined) {
        throw new ServiceError('ResourceNotFound', `alarm ${input.AlarmName} does not exist`, 404);
      }
      enter(alarm, input.StateValue as AlarmState, input.StateReason ?? '');
    },
    PutDashboard: async (input: sdk.PutDashboardInput, { accountId }: CallContext) => {
      try {
        JSON.parse(input.DashboardBody ?? '');
      } catch {
        throw new ServiceError('InvalidParameterInput', 'The dashboard body is not valid JSON.');
      }
      dashboards.set(dashboardArn(accountId, input.DashboardName), input.DashboardBody ?? '');
      return { DashboardValidationMessages: [] };
    },
    GetDashboard: async (input: sdk.GetDashboardInput, { accountId }: CallContext) => {
      const arn = dashboardArn(accountId, input.DashboardName);
      const body = dashboards.get(arn);
      if (body === undefined) {
        throw new ServiceError('ResourceNotFound', `Dashboard ${input.DashboardName} does not exist`, 404);
      }
      return { DashboardArn: arn, DashboardBody: body, DashboardName: input.DashboardName };
    },
    ListDashboards: async (_input: sdk.ListDashboardsInput, { accountId }: CallContext) => ({
      DashboardEntries: [...dashboards.keys()]
        .filter((arn) => arn.split(':')[4] === accountId)
        .map((arn) => ({ DashboardArn: arn, DashboardName: arn.split('/').pop() })),
    }),
    DeleteDashboards: async (input: sdk.DeleteDashboardsInput, { accountId }: CallContext) => {
      for (const name of input.DashboardNames ?? []) {
        dashboards.delete(dashboardArn(accountId, name));
      }
      return {};
    },
    TagResource: async () => ({}),
    UntagResource: async () => ({}),
    ListTagsForResource: async () => ({ Tags: [] }),
  } satisfies Record<string, (input: never, context: CallContext) => Promise<object | void>>;

  return {
    name: 'monitoring',
    protocol: 'json',
    sdk,
    operations: operations as Record<string, Operation>,
    putServiceMetric: (accountId, metric) =>
      store.put({ accountId, namespace: metric.namespace, name: metric.name, dimensions: metric.dimensions }, metric.value, metric.unit),
    start: async () => {
      timer = setInterval(evaluateAll, EVALUATION_INTERVAL_MILLISECONDS);
      timer.unref();
    },
    stop: async () => clearInterval(timer),
  };
}
