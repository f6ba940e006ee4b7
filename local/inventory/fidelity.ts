/** What a call on a service does here, for the page about the local AWS. */
export interface Fidelity {
  readonly title: string;
  /** What is as on AWS. */
  readonly same: string;
  /** What is not, beside what no table can show. */
  readonly different: string;
}

/** Services of our own, by signing name. */
export const OWN_SERVICES: Readonly<Record<string, Fidelity>> = {
  athena: {
    title: 'Athena',
    same: 'queries over Parquet tables of the Data Catalog in the name of the caller, workgroups with enforced settings and limits of bytes, result files, states and errors of queries, idempotent starts',
    different: 'SELECT alone, with the functions of `local/athena/functions.ts`; executed by DuckDB: regular expressions are RE2, `xxhash64` is another hash; whole objects count as scanned; no partitions, views, prepared statements or `.metadata` files',
  },
  cloudformation: {
    title: 'CloudFormation',
    same: 'change sets, dependencies, updates, replacements, rollback, exports, conditions and assets, as the CDK toolkit uses them',
    different: 'types below; no drift, stack sets, nested stacks, macros or custom resources',
  },
  events: {
    title: 'EventBridge',
    same: 'buses, policies across accounts, patterns, schedules, input transformers, retries with growing pauses, dead-letter queues',
    different: 'targets: Lambda, Step Functions, SQS, SNS, buses; no archives, pipes or API destinations',
  },
  firehose: { title: 'Firehose', same: 'buffering by size and time, prefixes, delivery to S3', different: 'no transformation, no format conversion' },
  lambda: {
    title: 'Lambda',
    same: 'the deployed bundles in worker processes, versions, aliases, layers, URLs, time-outs, memory, concurrency, asynchronous retries, destinations, logs',
    different: 'Node.js runtimes of this machine; four environments per function unless reserved; layers through NODE_PATH; no event source mappings',
  },
  monitoring: {
    title: 'CloudWatch',
    same: 'metrics, alarms on one metric evaluated on the scaled clock, alarm actions, dashboards as documents',
    different: 'no metric math, no anomaly detection; composite alarms are recorded only',
  },
  sagemaker: {
    title: 'SageMaker and its runtime',
    same: 'the Python scripts under the container contract, pipelines, registry with group policies, endpoints with variants, canary and linear shifts, rollback by alarms',
    different: 'one process stands for all instances of a variant; images, instance types, VPCs and volumes are recorded; no GPUs',
  },
  scheduler: { title: 'EventBridge Scheduler', same: 'cron, rate and one-time schedules on the scaled clock, retries, dead-letter queues', different: 'no universal targets, no flexible windows' },
  states: {
    title: 'Step Functions',
    same: 'JSONata machines: all states, Distributed Map, retries, task tokens, nested executions, redrive, history, error names; service integrations make real calls',
    different: 'no JSONPath, no express machines on their own, no activities, no aliases',
  },
  sts: { title: 'STS', same: 'AssumeRole across accounts under trust policies, sessions that end, identity of the caller', different: 'a second factor is any six digits; no SAML, no web identities' },
};

/** Services that moto answers, unpatched, by signing name; those that the process and the toolkit use. */
export const COMMODITY_SERVICES: Readonly<Record<string, Fidelity>> = {
  cloudtrail: { title: 'CloudTrail', same: 'trails as resources', different: 'nothing is recorded' },
  dynamodb: { title: 'DynamoDB', same: 'items, conditions, queries', different: 'no streams to functions, no capacity limits' },
  ec2: { title: 'VPC', same: 'networks as resources', different: 'no packet passes through them' },
  ecr: { title: 'ECR', same: 'repositories as resources', different: 'no images' },
  glue: { title: 'Glue Data Catalog', same: 'databases and tables', different: 'no crawlers, jobs or partitions' },
  iam: { title: 'IAM', same: 'roles and policies, which every call is authorized against', different: 'no users, groups or SAML' },
  kms: { title: 'KMS', same: 'keys, aliases, policies, encryption, signatures', different: 'no rotation' },
  logs: { title: 'CloudWatch Logs', same: 'groups, streams, events of functions and state machines', different: 'the first 4 MiB of a group; metric filters and insights do nothing' },
  s3: { title: 'S3', same: 'objects, versions, Object Lock, conditional writes, bucket policies, events to EventBridge', different: 'encryption is recorded; no life cycle, no replication' },
  sns: { title: 'SNS', same: 'topics and subscriptions of queues and functions', different: 'no e-mail leaves the machine' },
  sqs: { title: 'SQS', same: 'queues', different: 'no event source mappings' },
  ssm: { title: 'Systems Manager parameters', same: 'parameters', different: 'nothing else of Systems Manager' },
};

/** Condition keys that stand in the policies and are never asked for here, with the reason. A call that asks for one fails by its name. */
export const IDLE_CONDITION_KEYS: Readonly<Record<string, string>> = {
};
