import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Criterion } from '../../lambda/gate/contract';

/** What a gate tells a check when it is bound. */
export interface GateBinding {
  /** Name of the gate, e.g. `data`. */
  readonly gate: string;
  readonly evidenceBucketName: string;
  /** Where the evidence of this gate lies: `<model>/gates/<gate>/`; a run writes below `<prefix><runId>/`. */
  readonly evidencePrefix: string;
}

/** What a check contributes to its gate. */
export interface CheckConfig {
  /** Name of the check and of its evidence; unique within the gate. Letters, digits, hyphens. */
  readonly id: string;
  /** Limits on what the check measures. A measurement without a limit is evidence only. */
  readonly criteria: readonly Criterion[];
  /** Runs by itself, after the checks that run side by side: their work would disturb what it measures. @default false */
  readonly alone?: boolean;
  /**
   * Makes the state that measures. `event` is the `CheckEvent` with its values as JSONata; the output of the state must be a `CheckResult`.
   * A failure of the state breaks the gate.
   */
  readonly task: (scope: Construct, id: string, event: Readonly<Record<string, unknown>>) => sfn.TaskStateBase;
}

/** Measures one thing and writes evidence. Implement it to add a check of your own, with any state that Step Functions offers. */
export interface ICheck {
  /** Called once, by the gate; grants what the check needs to write its evidence. */
  bind(scope: Construct, gate: GateBinding): CheckConfig;
}
