import type { LocalCloud } from '../../core/service';
import { eventDetail } from '../core/names';
import type { Listed } from '../core/listing';
import type { Place } from '../core/place';
import { describe, JobFailure, type JobRun } from './runner';

export type JobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

/** What processing and training jobs have in common. */
export interface Job extends Listed {
  readonly arn: string;
  readonly place: Place;
  status: JobStatus;
  lastModifiedTime: Date;
  startTime?: Date;
  endTime?: Date;
  failureReason?: string;
  run?: JobRun;
  /** Settles when the job has ended. */
  done?: Promise<void>;
}

export const LARGEST_FAILURE_REASON = 1024;

/**
 * Tells everybody that a job's status changed.
 *
 * @param stage what it does meanwhile, for the log
 */
export function announce(cloud: LocalCloud, job: Job, detailType: string, description: object, stage = ''): void {
  job.lastModifiedTime = new Date();
  const status = stage === '' || stage === job.status ? job.status : `${job.status}, ${stage}`;
  cloud.log('sagemaker', `${job.arn.split(':').at(-1)}: ${status}${job.failureReason === undefined ? '' : ` (${job.failureReason})`}`);
  cloud.emit({
    source: 'aws.sagemaker',
    'detail-type': detailType,
    account: job.place.accountId,
    region: job.place.region,
    resources: [job.arn],
    detail: eventDetail(description),
  });
}

/** Ends a job in words of SageMaker, whatever was thrown. */
export function fail(job: Job, error: unknown): void {
  const reason = error instanceof JobFailure ? error.message : `InternalServerError: ${describe(error)}`;
  job.status = 'Failed';
  job.failureReason = reason.slice(0, LARGEST_FAILURE_REASON);
}

/** Throws when a machine of this job should fail, or lets its process be killed, by the fault rules `RunProcessingJob` and `RunTrainingJob`. */
export async function injectFault(cloud: LocalCloud, operation: string, job: Job): Promise<void> {
  try {
    const { kill } = await cloud.faults.apply('sagemaker', operation, { JobName: job.name, AccountId: job.place.accountId });
    if (kill === true) {
      job.run?.kill();
    }
  } catch (error) {
    throw new JobFailure(`InternalServerError: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Last words of a process, one line, short enough for a failure reason. */
export const lastWords = (tail: string, length = 600): string => tail.trim().slice(-length).replaceAll(/\s*\n\s*/g, ' | ');
