import { randomUUID } from 'node:crypto';
import * as sdk from '@aws-sdk/client-eventbridge';
import { type ActingService, type CallContext, type CloudEvent, type LocalCloud, type LocalService, type Operation, ServiceError } from '../core/service';
import { targetInput } from './input';
import { matchesPattern, type Pattern, patternFaults } from './pattern';
import { parseSchedule } from './schedule';
import { deliver } from './delivery';
import { send, TARGET_SERVICES, targetService } from './targets';
import { every } from './timer';

interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly pattern?: Pattern;
  readonly input: sdk.PutRuleRequest;
  readonly targets: Map<string, sdk.Target>;
  state: sdk.RuleState;
  stop: () => void;
}

interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly rules: Map<string, Rule>;
  policy: { Version: string; Statement: Record<string, unknown>[] };
}

/** EventBridge as a service that others put events into. */
export interface EventsService extends LocalService {
  /** Puts a service event on its account's default bus. */
  receive(event: CloudEvent): void;
}

const MAX_HOPS = 4;

const isBus = (arn: string): boolean => arn.split(':')[5]?.startsWith('event-bus/') === true;

/**
 * EventBridge: buses with resource policies, rules with patterns or schedules, input transformers, delivery with retry and dead-letter queue,
 * buses of other accounts as targets. Targets are the services in {@link TARGET_SERVICES} and event buses; others are refused by name.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/
 */
export function createEventsService(cloud: LocalCloud): EventsService {
  const buses = new Map<string, Bus>();
  const stopping = new AbortController();

  const busArn = (account: string, name: string): string => `arn:aws:events:${cloud.region}:${account}:event-bus/${name}`;

  const addBus = (account: string, name: string): Bus => {
    const bus: Bus = { name, arn: busArn(account, name), account, rules: new Map(), policy: { Version: '2012-10-17', Statement: [] } };
    buses.set(bus.arn, bus);
    return bus;
  };

  const findBus = (account: string, nameOrArn = 'default'): Bus => {
    const arn = nameOrArn.startsWith('arn:') ? nameOrArn : busArn(account, nameOrArn);
    const bus = buses.get(arn) ?? (arn === busArn(account, 'default') ? addBus(account, 'default') : undefined);
    if (bus === undefined) {
      throw new ServiceError('ResourceNotFoundException', `Event bus ${nameOrArn} does not exist.`);
    }
    return bus;
  };

  const findRule = (account: string, name: string | undefined, busName: string | undefined): Rule => {
    const rule = findBus(account, busName).rules.get(name ?? '');
    if (rule === undefined) {
      throw new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${busName ?? 'default'}.`);
    }
    return rule;
  };

  /** To a bus of another account or of this one. @throws ServiceError in words of AWS when the bus is not there, or role and bus do not both allow it */
  const toBus = async (bus: Bus, arn: string, event: Record<string, unknown>, hops: number, roleArn: string | undefined, by: ActingService): Promise<void> => {
    const other = buses.get(arn);
    if (other === undefined) {
      throw new ServiceError('ResourceNotFoundException', `Event bus ${arn} does not exist.`);
    }
    // Without a role the event comes in the name of the account.
    const credentials = roleArn === undefined ? cloud.credentialsOf(`arn:aws:iam::${bus.account}:root`, 'events') : cloud.credentialsOf(roleArn, 'events', by);
    const context = { 'events:source': String(event.source), 'events:detail-type': String(event['detail-type']) };
    await cloud.require(credentials, [{ action: 'events:PutEvents', resource: arn, context }]);
    if (hops < MAX_HOPS) {
      dispatch(other, event, hops + 1);
    }
  };

  const toTarget = (bus: Bus, rule: Rule, target: sdk.Target, event: Record<string, unknown>, hops: number): void => {
    const arn = target.Arn ?? '';
    const input = targetInput(target, event, rule.arn);
    const by = { name: 'events.amazonaws.com', sourceAccount: bus.account, sourceArn: rule.arn };
    void deliver(cloud, {
      service: 'events',
      targetArn: arn,
      input,
      by,
      retry: target.RetryPolicy,
      deadLetterQueueArn: target.DeadLetterConfig?.Arn,
      facts: { RuleName: rule.name, AccountId: bus.account, Source: String(event.source), DetailType: String(event['detail-type']) },
      attributes: { RULE_ARN: rule.arn },
      signal: stopping.signal,
      send: async () => (isBus(arn) ? toBus(bus, arn, event, hops, target.RoleArn, by) : send(cloud, { arn, roleArn: target.RoleArn, by }, input)),
    });
  };

  const dispatch = (bus: Bus, event: Record<string, unknown>, hops = 0): void => {
    for (const rule of bus.rules.values()) {
      if (rule.state !== 'DISABLED' && rule.pattern !== undefined && matchesPattern(rule.pattern, event)) {
        cloud.log('events', `${String(event['detail-type'])} matched ${rule.name} in ${bus.account}`);
        for (const target of rule.targets.values()) {
          toTarget(bus, rule, target, event, hops);
        }
      }
    }
  };

  const envelope = (account: string, event: Omit<CloudEvent, 'account' | 'region'>, time = new Date()): Record<string, unknown> => ({
    version: '0',
    id: randomUUID(),
    'detail-type': event['detail-type'],
    source: event.source,
    account,
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: cloud.region,
    resources: event.resources,
    detail: event.detail,
  });

  const putRule = async (input: sdk.PutRuleRequest, { accountId }: CallContext): Promise<sdk.PutRuleResponse> => {
    const bus = findBus(accountId, input.EventBusName);
    const name = input.Name ?? '';
    if (input.EventPattern === undefined && input.ScheduleExpression === undefined) {
      throw new ServiceError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
    }
    const pattern = input.EventPattern === undefined ? undefined : (parseJson(input.EventPattern) as Pattern);
    const faults = pattern === undefined ? [] : patternFaults(pattern);
    if (faults.length > 0) {
      throw new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${faults.join('; ')}`);
    }
    const previous = bus.rules.get(name);
    previous?.stop();
    const arn = `arn:aws:events:${cloud.region}:${accountId}:rule/${bus.name === 'default' ? '' : `${bus.name}/`}${name}`;
    const rule: Rule = { name, arn, pattern, input, targets: previous?.targets ?? new Map(), state: input.State ?? 'ENABLED', stop: () => {} };
    if (input.ScheduleExpression !== undefined) {
      rule.stop = every(cloud.clock, parseSchedule(input.ScheduleExpression), (time) => {
        const event = envelope(accountId, { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [arn], detail: {} }, time);
        for (const target of rule.state === 'DISABLED' ? [] : rule.targets.values()) {
          toTarget(bus, rule, target, event, 0);
        }
      });
    }
    bus.rules.set(name, rule);
    return { RuleArn: arn };
  };

  const putTargets = async (input: sdk.PutTargetsRequest, { accountId }: CallContext): Promise<sdk.PutTargetsResponse> => {
    const rule = findRule(accountId, input.Rule, input.EventBusName);
    for (const target of input.Targets ?? []) {
      const arn = target.Arn ?? '';
      if (targetService(arn) === undefined && !isBus(arn)) {
        throw new ServiceError(
          'ValidationException',
          `target ${arn} is not supported by the local AWS; it delivers to ${TARGET_SERVICES.join(', ')} and event buses`,
        );
      }
    }
    if (rule.targets.size + (input.Targets ?? []).filter(({ Id }) => !rule.targets.has(Id ?? '')).length > 5) {
      throw new ServiceError('LimitExceededException', `rule ${rule.name} would have more than 5 targets, EventBridge's limit`);
    }
    for (const target of input.Targets ?? []) {
      rule.targets.set(target.Id ?? '', target);
    }
    return { FailedEntryCount: 0, FailedEntries: [] };
  };

  const putEvents = async (input: sdk.PutEventsRequest, { accountId }: CallContext): Promise<sdk.PutEventsResponse> => {
    const entries = (input.Entries ?? []).map((entry) => {
      const bus = buses.get(entry.EventBusName ?? '') ?? findBus(accountId, entry.EventBusName);
      if (entry.Source === undefined || entry.DetailType === undefined || entry.Detail === undefined) {
        return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Source, DetailType and Detail are required' };
      }
      if (entry.Source.startsWith('aws.')) {
        return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
      }
      const event = envelope(
        accountId,
        { source: entry.Source, 'detail-type': entry.DetailType, resources: entry.Resources ?? [], detail: parseJson(entry.Detail) },
        entry.Time,
      );
      dispatch(bus, event);
      return { EventId: String(event.id) };
    });
    return { FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length, Entries: entries };
  };

  const setState =
    (state: sdk.RuleState) =>
    async (input: sdk.EnableRuleRequest, { accountId }: CallContext): Promise<void> => {
      findRule(accountId, input.Name, input.EventBusName).state = state;
    };

  const describeRule = (rule: Rule, bus: string): sdk.DescribeRuleResponse => ({
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.input.EventPattern,
    ScheduleExpression: rule.input.ScheduleExpression,
    State: rule.state,
    Description: rule.input.Description,
    RoleArn: rule.input.RoleArn,
    EventBusName: bus,
  });

  const operations = {
    CreateEventBus: async (input: sdk.CreateEventBusRequest, { accountId }: CallContext) => {
      if (buses.has(busArn(accountId, input.Name ?? ''))) {
        throw new ServiceError('ResourceAlreadyExistsException', `Event bus ${input.Name} already exists.`);
      }
      return { EventBusArn: addBus(accountId, input.Name ?? '').arn };
    },
    UpdateEventBus: async (input: sdk.UpdateEventBusRequest, { accountId }: CallContext) => ({ Arn: findBus(accountId, input.Name).arn }),
    DeleteEventBus: async (input: sdk.DeleteEventBusRequest, { accountId }: CallContext) => {
      const bus = buses.get(busArn(accountId, input.Name ?? ''));
      if (bus !== undefined && bus.rules.size > 0) {
        throw new ServiceError('ConcurrentModificationException', `Event bus ${bus.name} still has rules.`);
      }
      buses.delete(busArn(accountId, input.Name ?? ''));
    },
    DescribeEventBus: async (input: sdk.DescribeEventBusRequest, { accountId }: CallContext) => {
      const bus = findBus(accountId, input.Name);
      return { Name: bus.name, Arn: bus.arn, Policy: bus.policy.Statement.length > 0 ? JSON.stringify(bus.policy) : undefined };
    },
    ListEventBuses: async (_input: sdk.ListEventBusesRequest, { accountId }: CallContext) => ({
      EventBuses: [...buses.values()].filter((bus) => bus.account === accountId).map((bus) => ({ Name: bus.name, Arn: bus.arn })),
    }),
    PutPermission: async (input: sdk.PutPermissionRequest, { accountId }: CallContext) => {
      const bus = findBus(accountId, input.EventBusName);
      if (input.Policy !== undefined) {
        bus.policy = parseJson(input.Policy) as Bus['policy'];
        return;
      }
      const statement = {
        Sid: input.StatementId,
        Effect: 'Allow',
        Principal: input.Principal === '*' ? '*' : { AWS: `arn:aws:iam::${input.Principal}:root` },
        Action: input.Action ?? 'events:PutEvents',
        Resource: bus.arn,
        ...(input.Condition === undefined ? {} : { Condition: { [input.Condition.Type ?? '']: { [input.Condition.Key ?? '']: input.Condition.Value } } }),
      };
      bus.policy.Statement = [...bus.policy.Statement.filter(({ Sid }) => Sid !== input.StatementId), statement];
    },
    RemovePermission: async (input: sdk.RemovePermissionRequest, { accountId }: CallContext) => {
      const bus = findBus(accountId, input.EventBusName);
      bus.policy.Statement = input.RemoveAllPermissions === true ? [] : bus.policy.Statement.filter(({ Sid }) => Sid !== input.StatementId);
    },
    PutRule: putRule,
    DescribeRule: async (input: sdk.DescribeRuleRequest, { accountId }: CallContext) =>
      describeRule(findRule(accountId, input.Name, input.EventBusName), input.EventBusName ?? 'default'),
    ListRules: async (input: sdk.ListRulesRequest, { accountId }: CallContext) => {
      const bus = findBus(accountId, input.EventBusName);
      return { Rules: [...bus.rules.values()].filter(({ name }) => name.startsWith(input.NamePrefix ?? '')).map((rule) => describeRule(rule, bus.name)) };
    },
    DeleteRule: async (input: sdk.DeleteRuleRequest, { accountId }: CallContext) => {
      const bus = findBus(accountId, input.EventBusName);
      const rule = bus.rules.get(input.Name ?? '');
      if (rule !== undefined && rule.targets.size > 0) {
        throw new ServiceError('ValidationException', "Rule can't be deleted since it has targets.");
      }
      rule?.stop();
      bus.rules.delete(input.Name ?? '');
    },
    EnableRule: setState('ENABLED'),
    DisableRule: setState('DISABLED'),
    PutTargets: putTargets,
    RemoveTargets: async (input: sdk.RemoveTargetsRequest, { accountId }: CallContext) => {
      const rule = findRule(accountId, input.Rule, input.EventBusName);
      for (const id of input.Ids ?? []) {
        rule.targets.delete(id);
      }
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: async (input: sdk.ListTargetsByRuleRequest, { accountId }: CallContext) => ({
      Targets: [...findRule(accountId, input.Rule, input.EventBusName).targets.values()],
    }),
    PutEvents: putEvents,
    TagResource: async () => ({}),
    UntagResource: async () => ({}),
    ListTagsForResource: async () => ({ Tags: [] }),
  } satisfies Record<string, (input: never, context: CallContext) => Promise<object | void>>;

  return {
    name: 'events',
    protocol: 'json',
    sdk,
    operations: operations as Record<string, Operation>,
    receive: (event) => dispatch(findBus(event.account), envelope(event.account, event)),
    stop: async () => {
      stopping.abort();
      for (const bus of buses.values()) {
        for (const rule of bus.rules.values()) {
          rule.stop();
        }
      }
    },
  };
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    throw new ServiceError('ValidationException', `not valid JSON: ${document.slice(0, 200)}`);
  }
}
