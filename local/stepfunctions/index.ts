import * as sdk from '@aws-sdk/client-sfn';
import type { LocalCloud, LocalService, Operation } from '../core/service';
import { Executions } from './executions';
import { Executor } from './executor';
import { SdkTasks } from './integrations/runner';
import type { TaskRunner, Timers } from './interpreter/execution';
import { MachineLogs } from './machine-log';
import { Machines } from './machines';
import { MapRuns } from './map-runs';
import { Store, type ExecutionRecord, type MapRun } from './store';
import { Tokens } from './tokens';

/** What tests put in place of the world. */
export interface StepFunctionsOptions {
  /** Makes the calls of Task states. @default - the AWS SDK against the local AWS */
  readonly tasks?: TaskRunner;
  /** Time-outs of real work. @default - real seconds */
  readonly work?: Timers['work'];
}

/**
 * Step Functions of the local AWS: standard machines in JSONata.
 *
 * Time: Wait states, delays of Retry and waits for task tokens run on the scaled clock; TimeoutSeconds of tasks that do work runs in real seconds. The
 * machine's own TimeoutSeconds counts real time plus, for every state that waits, its longest wait.
 */
export function createStepFunctionsService(cloud: LocalCloud, options: StepFunctionsOptions = {}): LocalService {
  const store = new Store();
  const tokens = new Tokens();
  const logs = new MachineLogs(cloud);
  const watcher = { ended: (arn: string) => store.execution(arn).ended };
  const tasks = options.tasks ?? new SdkTasks(cloud, watcher).run;
  const known = {
    child: (record: ExecutionRecord) => void store.executions.set(record.arn, record),
    mapRun: (run: MapRun) => store.addMapRun(run),
  };
  const mapRuns = new MapRuns(store);
  const executions = new Executions(store, new Executor({ cloud, tasks, tokens, logs, known, work: options.work }), tokens);
  const machines = new Machines(store, cloud);
  const operations: Readonly<Record<string, Operation>> = {
    CreateStateMachine: machines.create,
    UpdateStateMachine: machines.update,
    DeleteStateMachine: machines.delete,
    DescribeStateMachine: machines.describe,
    DescribeStateMachineForExecution: machines.describeForExecution,
    ListStateMachines: machines.list,
    PublishStateMachineVersion: machines.publish,
    ListStateMachineVersions: machines.listVersions,
    DeleteStateMachineVersion: machines.deleteVersion,
    TagResource: machines.tag,
    UntagResource: machines.untag,
    ListTagsForResource: machines.listTags,
    StartExecution: executions.start,
    DescribeExecution: executions.describe,
    ListExecutions: executions.list,
    GetExecutionHistory: executions.history,
    StopExecution: executions.stop,
    RedriveExecution: executions.redrive,
    DescribeMapRun: mapRuns.describe,
    ListMapRuns: mapRuns.list,
    SendTaskSuccess: executions.succeedTask,
    SendTaskFailure: executions.failTask,
    SendTaskHeartbeat: executions.heartbeat,
  };
  return {
    name: 'states',
    protocol: 'json',
    sdk,
    operations,
    async stop() {
      await executions.stopAll();
      await logs.stop();
    },
  };
}
