import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { createClient } from '../../core/client';
import type { LocalCloud } from '../../core/service';

/** Looks at the alarms that roll an update back. */
export interface RollbackAlarms {
  /** Names that no alarm has. */
  missing(): Promise<readonly string[]>;
  /** Names of those in state ALARM. */
  ringing(): Promise<readonly string[]>;
  close(): void;
}

export function watchAlarms(cloud: LocalCloud, accountId: string, names: readonly string[]): RollbackAlarms {
  const client = createClient(CloudWatchClient, cloud, cloud.credentialsOf(`arn:aws:iam::${accountId}:root`, 'endpoint-update'));
  const describe = async (): Promise<{ readonly name?: string; readonly state?: string }[]> => {
    if (names.length === 0) {
      return [];
    }
    const answer = await client.send(new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100 }));
    return [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])].map(({ AlarmName, StateValue }) => ({ name: AlarmName, state: StateValue }));
  };
  return {
    missing: async () => {
      const found = (await describe()).map(({ name }) => name);
      return names.filter((name) => !found.includes(name));
    },
    ringing: async () => (await describe()).filter(({ state }) => state === 'ALARM').map(({ name }) => String(name)),
    close: () => client.destroy(),
  };
}
