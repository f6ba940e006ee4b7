import type { LocalCloud } from '../../core/service';
import { eventDetail } from '../core/names';
import type { ExecutionFacts, ExecutionStatus, StepRun } from './facts';

/** A change of an execution's status. */
export interface ExecutionChange {
  readonly current: ExecutionStatus;
  readonly previous?: ExecutionStatus;
  readonly startTime: Date;
  readonly changeTime: Date;
  readonly failureReason?: string;
}

const RUNNING: readonly ExecutionStatus[] = ['Executing', 'Stopping'];

function emit(cloud: LocalCloud, facts: ExecutionFacts, detailType: string, detail: object): void {
  cloud.emit({
    source: 'aws.sagemaker',
    'detail-type': detailType,
    account: facts.accountId,
    region: facts.region,
    resources: [facts.pipelineArn, facts.arn],
    detail: eventDetail({ pipelineArn: facts.pipelineArn, pipelineExecutionArn: facts.arn, ...detail }),
  });
}

export function announceExecution(cloud: LocalCloud, facts: ExecutionFacts, change: ExecutionChange): void {
  const reason = change.failureReason === undefined ? '' : ` (${change.failureReason})`;
  cloud.log('sagemaker', `pipeline ${facts.pipelineName}/${facts.id}: ${change.current}${reason}`);
  emit(cloud, facts, 'SageMaker Model Building Pipeline Execution Status Change', {
    pipelineExecutionDescription: facts.description,
    pipelineExecutionDisplayName: facts.displayName,
    currentPipelineExecutionStatus: change.current,
    previousPipelineExecutionStatus: change.previous,
    executionStartTime: change.startTime.toISOString(),
    executionEndTime: RUNNING.includes(change.current) ? undefined : change.changeTime.toISOString(),
  });
}

export function announceStep(cloud: LocalCloud, facts: ExecutionFacts, run: StepRun, status: { readonly current: string; readonly previous?: string }): void {
  emit(cloud, facts, 'SageMaker Model Building Pipeline Execution Step Status Change', {
    stepName: run.step.Name,
    stepType: run.step.Type,
    currentStepStatus: status.current,
    previousStepStatus: status.previous,
    stepStartTime: run.startTime?.toISOString(),
    stepEndTime: run.endTime?.toISOString(),
    failureReason: run.failureReason,
    metadata: run.metadata,
  });
}
