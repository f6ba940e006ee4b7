/** What the pipeline calls for a step: the step's arguments are the request of `create`, without the job's name. */
export interface CallStep {
  readonly create: string;
  /** Request member with the job's name, which the pipeline makes up. */
  readonly nameMember?: string;
  readonly describe: string;
  readonly describeMember: string;
  /** Member of the create answer with the new resource's ARN. */
  readonly arnMember: string;
  /** Member of the description with the status. */
  readonly statusMember: string;
  /** Name of the step kind in the metadata of ListPipelineExecutionSteps. */
  readonly metadata: string;
  /** Execution variable with the job's name, for the step's own arguments. */
  readonly nameVariable?: string;
  readonly stop?: string;
}

const job = (kind: 'Processing' | 'Training'): CallStep => ({
  create: `Create${kind}Job`,
  nameMember: `${kind}JobName`,
  describe: `Describe${kind}Job`,
  describeMember: `${kind}JobName`,
  arnMember: `${kind}JobArn`,
  statusMember: `${kind}JobStatus`,
  metadata: `${kind}Job`,
  nameVariable: `${kind}JobName`,
  stop: `Stop${kind}Job`,
});

export const CALL_STEPS: Readonly<Record<string, CallStep>> = {
  Processing: job('Processing'),
  Training: job('Training'),
  RegisterModel: {
    create: 'CreateModelPackage',
    describe: 'DescribeModelPackage',
    describeMember: 'ModelPackageName',
    arnMember: 'ModelPackageArn',
    statusMember: 'ModelPackageStatus',
    metadata: 'RegisterModel',
  },
};

export const STEP_TYPES: readonly string[] = [...Object.keys(CALL_STEPS), 'Condition', 'Fail'];

export const EXECUTION_VARIABLES = [
  'StartDateTime', 'CurrentDateTime', 'PipelineName', 'PipelineArn', 'PipelineExecutionId', 'PipelineExecutionArn', 'TrainingJobName', 'ProcessingJobName',
] as const;
