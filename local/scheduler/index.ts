import { randomUUID } from 'node:crypto';
import * as sdk from '@aws-sdk/client-scheduler';
import { type CallContext, type LocalCloud, type LocalService, type Operation, ServiceError } from '../core/service';
import { parseSchedule } from '../events/schedule';
import { deliver } from '../events/delivery';
import { send, TARGET_SERVICES, targetService } from '../events/targets';
import { every } from '../events/timer';

interface Entry {
  readonly arn: string;
  readonly input: sdk.CreateScheduleInput;
  readonly created: Date;
  stop: () => void;
}

/**
 * EventBridge Scheduler on the scaled clock. Targets are the services in {@link TARGET_SERVICES}; universal targets are refused by name.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/
 */
export function createSchedulerService(cloud: LocalCloud): LocalService {
  const schedules = new Map<string, Entry>();
  const groups = new Set<string>();
  const stopping = new AbortController();

  const scheduleArn = (account: string, group: string | undefined, name: string | undefined): string =>
    `arn:aws:scheduler:${cloud.region}:${account}:schedule/${group ?? 'default'}/${name}`;
  const groupArn = (account: string, name: string | undefined): string => `arn:aws:scheduler:${cloud.region}:${account}:schedule-group/${name}`;

  const find = (account: string, group: string | undefined, name: string | undefined): Entry => {
    const entry = schedules.get(scheduleArn(account, group, name));
    if (entry === undefined) {
      throw new ServiceError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    }
    return entry;
  };

  const put = (accountId: string, input: sdk.CreateScheduleInput): Entry => {
    const target = input.Target;
    if (targetService(target?.Arn ?? '') === undefined) {
      throw new ServiceError(
        'ValidationException',
        `schedule target ${target?.Arn} is not supported by the local AWS; it delivers to ${TARGET_SERVICES.join(', ')}`,
      );
    }
    if (input.GroupName !== undefined && input.GroupName !== 'default' && !groups.has(groupArn(accountId, input.GroupName))) {
      throw new ServiceError('ResourceNotFoundException', `Schedule group ${input.GroupName} does not exist.`, 404);
    }
    const arn = scheduleArn(accountId, input.GroupName, input.Name);
    let schedule;
    try {
      schedule = parseSchedule(input.ScheduleExpression ?? '');
    } catch (error) {
      throw new ServiceError('ValidationException', `Invalid Schedule Expression ${input.ScheduleExpression}. ${String(error)}`);
    }
    const fire = (time: Date): void => {
      const scheduledTime = `${time.toISOString().slice(0, 19)}Z`;
      const executionId = randomUUID();
      let attempts = 0;
      // Trust policies name the group, not the schedule.
      const by = { name: 'scheduler.amazonaws.com', sourceAccount: accountId, sourceArn: groupArn(accountId, input.GroupName ?? 'default') };
      const body = (): string => {
        const values: Record<string, string> = {
          'aws.scheduler.schedule-arn': arn,
          'aws.scheduler.scheduled-time': scheduledTime,
          'aws.scheduler.execution-id': executionId,
          'aws.scheduler.attempt-number': String(attempts),
        };
        return (target?.Input ?? '{}').replace(/<(aws\.scheduler\.[\w-]+)>/g, (token, name: string) => values[name] ?? token);
      };
      void deliver(cloud, {
        service: 'scheduler',
        targetArn: target?.Arn ?? '',
        get input() { return body(); },
        by,
        retry: target?.RetryPolicy,
        deadLetterQueueArn: target?.DeadLetterConfig?.Arn,
        deadLetterRoleArn: target?.RoleArn,
        facts: { ScheduleName: input.Name, AccountId: accountId },
        attributes: { SCHEDULE_ARN: arn, SCHEDULED_TIME: scheduledTime, EXECUTION_ID: executionId },
        signal: stopping.signal,
        send: async () => {
          attempts += 1;
          await send(cloud, { arn: target?.Arn ?? '', roleArn: target?.RoleArn, by }, body());
        },
      });
    };
    schedules.get(arn)?.stop();
    const entry: Entry = {
      arn,
      input,
      created: new Date(),
      stop: input.State === 'DISABLED' ? () => {} : every(cloud.clock, schedule, fire),
    };
    schedules.set(arn, entry);
    return entry;
  };

  const operations = {
    CreateSchedule: async (input: sdk.CreateScheduleInput, { accountId }: CallContext) => {
      if (schedules.has(scheduleArn(accountId, input.GroupName, input.Name))) {
        throw new ServiceError('ConflictException', `Schedule ${input.Name} already exists.`, 409);
      }
      return { ScheduleArn: put(accountId, input).arn };
    },
    UpdateSchedule: async (input: sdk.UpdateScheduleInput, { accountId }: CallContext) => {
      find(accountId, input.GroupName, input.Name);
      return { ScheduleArn: put(accountId, input).arn };
    },
    GetSchedule: async (input: sdk.GetScheduleInput, { accountId }: CallContext) => {
      const entry = find(accountId, input.GroupName, input.Name);
      const { ClientToken: _token, ...members } = entry.input;
      return { ...members, Arn: entry.arn, GroupName: entry.input.GroupName ?? 'default', State: entry.input.State ?? 'ENABLED', CreationDate: entry.created };
    },
    ListSchedules: async (input: sdk.ListSchedulesInput, { accountId }: CallContext) => ({
      Schedules: [...schedules.values()]
        .filter((entry) => entry.arn.split(':')[4] === accountId && (input.GroupName ?? entry.input.GroupName) === entry.input.GroupName)
        .map((entry) => ({ Arn: entry.arn, Name: entry.input.Name, GroupName: entry.input.GroupName ?? 'default', State: entry.input.State ?? 'ENABLED' })),
    }),
    DeleteSchedule: async (input: sdk.DeleteScheduleInput, { accountId }: CallContext) => {
      const entry = find(accountId, input.GroupName, input.Name);
      entry.stop();
      schedules.delete(entry.arn);
    },
    CreateScheduleGroup: async (input: sdk.CreateScheduleGroupInput, { accountId }: CallContext) => {
      const arn = groupArn(accountId, input.Name);
      if (groups.has(arn)) {
        throw new ServiceError('ConflictException', `Schedule group ${input.Name} already exists.`, 409);
      }
      groups.add(arn);
      return { ScheduleGroupArn: arn };
    },
    GetScheduleGroup: async (input: sdk.GetScheduleGroupInput, { accountId }: CallContext) => {
      const arn = groupArn(accountId, input.Name);
      if (!groups.has(arn)) {
        throw new ServiceError('ResourceNotFoundException', `Schedule group ${input.Name} does not exist.`, 404);
      }
      return { Arn: arn, Name: input.Name, State: 'ACTIVE' };
    },
    DeleteScheduleGroup: async (input: sdk.DeleteScheduleGroupInput, { accountId }: CallContext) => {
      groups.delete(groupArn(accountId, input.Name));
    },
    TagResource: async () => ({}),
    UntagResource: async () => ({}),
    ListTagsForResource: async () => ({ Tags: [] }),
  } satisfies Record<string, (input: never, context: CallContext) => Promise<object | void>>;

  return {
    name: 'scheduler',
    protocol: 'rest-json',
    sdk,
    operations: operations as Record<string, Operation>,
    stop: async () => {
      stopping.abort();
      for (const entry of schedules.values()) {
        entry.stop();
      }
    },
  };
}
