import type { Place } from '../core/place';
import type { PipelineDefinition, Step } from './definition';
import type { StepState } from './graph';

export type ExecutionStatus = 'Executing' | 'Stopping' | 'Stopped' | 'Failed' | 'Succeeded';

/** One step of an execution, as far as it has come. */
export interface StepRun {
  readonly step: Step;
  state: StepState;
  startTime?: Date;
  endTime?: Date;
  failureReason?: string;
  attempts: number;
  metadata?: Readonly<Record<string, unknown>>;
  jobName?: string;
  /** What references to the step see. */
  description?: unknown;
  outcome?: boolean;
}

export interface ExecutionFacts extends Place {
  readonly id: string;
  readonly arn: string;
  readonly pipelineArn: string;
  readonly pipelineName: string;
  readonly roleArn: string;
  readonly definitionText: string;
  readonly definition: PipelineDefinition;
  /** Version of the pipeline that runs. */
  readonly versionId: number;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly displayName?: string;
  readonly description?: string;
  /** @default 50, as on AWS */
  readonly parallelSteps?: number;
}
