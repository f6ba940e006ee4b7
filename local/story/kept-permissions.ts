/** A permission that the story never needs and that stays. */
export interface Kept {
  /** Families of roles, as `familyOf` names them. */
  readonly roles: RegExp;
  /** Actions as the policies write them. @default - all that are unused */
  readonly actions?: readonly string[];
  /** A sentence that a reviewer can check. */
  readonly reason: string;
}

/** The first that fits counts. */
export const KEPT: readonly Kept[] = [
  {
    roles: /^(engineer|data-scientist|approver|auditor|data-provider|application-client|workspace.*|break-glass)$/,
    reason: 'Roles of people and outside programs hold what the access table says, cell by cell (test/lib/access/simulation.test.ts); the story needs little of it.',
  },
  {
    roles: /-janitor$/,
    reason: 'Cleans up after executions that were stopped, timed out or broke, which no step of the story does; each clean-up is in test/lambda/janitor.',
  },
  {
    roles: /-machine$/,
    actions: ['states:StopExecution'],
    reason: 'Step Functions stops the nested execution when the outer one is stopped; AWS asks for it with startExecution.sync:2.',
  },
  {
    roles: /-promotion-machine$/,
    actions: ['sagemaker:DeleteEndpoint'],
    reason: 'Removes a first endpoint that did not come up (test/lib/release/promotion.test.ts); in the story the first one does.',
  },
  {
    roles: /-promotion-admit$/,
    actions: ['s3:ListBucket'],
    reason: 'Tells a missing verdict from a forbidden one, so that a package without qualification is refused and does not break the machine.',
  },
  {
    roles: /-(reproduce|reproduction-check|gate-reproduction-machine|reproduction-judge)$/,
    reason: 'The story rebuilds no version; test/e2e/reproduction.test.ts does, and nothing is refused there.',
  },
  {
    roles: /-check$/,
    actions: ['s3:GetObject'],
    reason: 'A repeated check compares with the evidence that its first attempt wrote (lambda/shared/evidence.ts); in the story no check is repeated.',
  },
  {
    roles: /-pipeline$/,
    actions: ['sagemaker:AddTags', 'sagemaker:StopProcessingJob', 'sagemaker:StopTrainingJob'],
    reason: 'SageMaker tags the jobs of a pipeline, and ends them when the execution is stopped, as the role of the pipeline.',
  },
  {
    roles: /-inference-log$/,
    actions: ['logs:PutLogEvents', 's3:AbortMultipartUpload', 's3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
    reason: 'What Firehose documents for S3 as destination; the local one writes small objects and has no failed deliveries to log.',
  },
  {
    roles: /-feedback$/,
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    reason: 'Takes the note of a retraining back where no breached window has labels; in the story the labels of all windows arrive.',
  },
  {
    roles: /-release$/,
    actions: ['kms:Decrypt'],
    reason: 'A development run in int copies the champion from the account that trained it; the story develops in prod alone.',
  },
  {
    roles: /./,
    actions: ['sqs:SendMessage'],
    reason: 'Functions put into a dead-letter queue what they failed on for a caller that does not wait; in the story no such call fails for good.',
  },
  {
    roles: /Schedule.*Role/,
    actions: ['sqs:SendMessage'],
    reason: 'Scheduler puts into the dead-letter queue what it could not deliver; in the story it delivers everything.',
  },
  {
    roles: /AuditTrailRole/,
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: 'CloudTrail writes the audit trail into its log group; the local AWS keeps the trail as a resource without writing it.',
  },
  {
    roles: /FlowLogRole/,
    actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    reason: 'VPC writes the flow log of a private network; the local AWS has networks without packets.',
  },
];
