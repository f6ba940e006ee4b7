import { DescribePipelineExecutionCommand, DescribeTrainingJobCommand, ListPipelineExecutionStepsCommand, type PipelineExecutionStep } from '@aws-sdk/client-sagemaker';
import * as clients from '../shared/runtime/clients';

/** What is recorded of the job that trained the candidate. */
export interface TrainingJob {
  readonly modelDataUrl: string;
  /** Without the toolkit's own `sagemaker_*` parameters. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** Version of the pipeline that ran. */
  readonly pipelineVersionId: number;
}

/**
 * Finds the training job of a step of a pipeline execution.
 *
 * @throws Error when the step did not run or its job left no model.
 */
export async function findTrainingJob(pipelineExecutionArn: string, stepName: string): Promise<TrainingJob> {
  const steps = await listSteps(pipelineExecutionArn);
  const jobArn = steps.find((step) => step.StepName === stepName)?.Metadata?.TrainingJob?.Arn;
  const jobName = jobArn?.split(':training-job/')[1];
  if (jobName === undefined) {
    const found = steps.map((step) => step.StepName).join(', ');
    throw new Error(`pipeline execution ${pipelineExecutionArn} has no training job in step ${stepName}; its steps: ${found || 'none'}`);
  }
  const [job, { PipelineVersionId: pipelineVersionId }] = await Promise.all([
    clients.sageMaker().send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
    clients.sageMaker().send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: pipelineExecutionArn })),
  ]);
  if (pipelineVersionId === undefined) {
    throw new Error(`pipeline execution ${pipelineExecutionArn} does not tell which version of the pipeline ran; it could not be reproduced`);
  }
  const modelDataUrl = job.ModelArtifacts?.S3ModelArtifacts;
  if (modelDataUrl === undefined) {
    throw new Error(`training job ${jobName} is ${job.TrainingJobStatus} and left no model`);
  }
  const hyperparameters = Object.fromEntries(Object.entries(job.HyperParameters ?? {}).filter(([name]) => !name.startsWith('sagemaker_')));
  return { modelDataUrl, hyperparameters, pipelineVersionId };
}

async function listSteps(pipelineExecutionArn: string): Promise<PipelineExecutionStep[]> {
  const steps: PipelineExecutionStep[] = [];
  let token: string | undefined;
  do {
    const page = await clients
      .sageMaker()
      .send(new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: pipelineExecutionArn, NextToken: token }));
    steps.push(...(page.PipelineExecutionSteps ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return steps;
}
