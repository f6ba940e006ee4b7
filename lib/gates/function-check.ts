import type { Construct } from 'constructs';
import type { Duration } from 'aws-cdk-lib';
import type { Criterion } from '../../lambda/gate/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import type { HandlerFunction } from '../core/functions/handler-function';
import { InvokeHandler } from '../core/machines/invoke-handler';
import { allowObjects } from '../core/storage/object-access';
import type { CheckConfig, GateBinding, ICheck } from './check';

/** Properties of {@link FunctionCheck}. */
export interface FunctionCheckProps {
  /** Name of the check, as in its evidence. */
  readonly id: string;
  /** Takes a `CheckEvent`, ends with `writeEvidence`. */
  readonly handler: HandlerFunction;
  readonly criteria: readonly Criterion[];
  /** @default 16 minutes: the function's own timeout ends it first */
  readonly timeout?: Duration;
  /** Runs by itself, after the checks that run side by side: their work would disturb what it measures. @default false */
  readonly alone?: boolean;
}

/** A check that is a function. It may write evidence for its gate; what it reads is granted by whoever made the function. */
export class FunctionCheck implements ICheck {
  constructor(private readonly props: FunctionCheckProps) {}

  public bind(_scope: Construct, gate: GateBinding): CheckConfig {
    const { id, handler, criteria, timeout, alone } = this.props;
    handler.role.addToPolicy(
      allowObjects(handler, {
        bucketName: gate.evidenceBucketName,
        prefix: gate.evidencePrefix,
        actions: ['s3:GetObject', 's3:PutObject'],
        reason: `Evidence of the gate ${gate.gate}: its keys hold the names of runs. A retried check reads what it wrote first.`,
      }),
    );
    handler.function.addEnvironment(Env.EVIDENCE_BUCKET, gate.evidenceBucketName);
    return { id, criteria, alone, task: (scope, state, event) => new InvokeHandler(scope, state, { handler, payload: event, timeout }) };
  }
}
