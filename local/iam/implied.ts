import type { Permission } from '../core/service';
import { through } from './caller';

/** What services do in a role's name without a call that anybody sees. Pure: who runs the service asks with `LocalCloud.require`. */

interface Place {
  readonly accountId: string;
  readonly region: string;
}

const on = (resource: string, ...actions: readonly string[]): Permission[] => actions.map((action) => ({ action, resource }));

/** Lambda tries these when a function is made or changed, and refuses a role that may not. */
export function functionRoleNeeds(configuration: {
  readonly TracingConfig?: { readonly Mode?: string };
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
}): Permission[] {
  const letters = configuration.DeadLetterConfig?.TargetArn ?? '';
  return [
    ...(configuration.TracingConfig?.Mode === 'Active' ? on('*', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords') : []),
    ...(letters === '' ? [] : on(letters, letters.split(':')[2] === 'sns' ? 'sns:Publish' : 'sqs:SendMessage')),
  ];
}

interface MachineFacts extends Place {
  /** The definition as text. */
  readonly definition: string;
  readonly logs: boolean;
  readonly traces: boolean;
}

/**
 * Step Functions sets up log delivery, traces and the rule that tells it of the ends of nested executions as the machine's role.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html
 */
export function machineRoleNeeds({ definition, logs, traces, accountId, region }: MachineFacts): Permission[] {
  const rule = `arn:aws:events:${region}:${accountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;
  return [
    ...(logs
      ? on('*', 'logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries',
        'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups')
      : []),
    ...(traces ? on('*', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets') : []),
    ...(/:states:::states:startExecution\.sync/.test(definition) ? on(rule, 'events:PutTargets', 'events:PutRule', 'events:DescribeRule') : []),
  ];
}

interface EndpointFacts extends Place {
  /** Key of the endpoint configuration. */
  readonly keyId?: string;
  /** Alarms that roll an update back. */
  readonly alarms?: readonly string[];
}

/**
 * SageMaker uses the key of an endpoint's storage, and looks at the alarms of an update, on behalf of whoever creates or updates the endpoint.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
 */
export function endpointNeeds({ accountId, region, keyId, alarms = [] }: EndpointFacts): Permission[] {
  const context = through('sagemaker', region);
  const key = keyId === undefined || keyId.startsWith('arn:') ? keyId : `arn:aws:kms:${region}:${accountId}:${keyId.startsWith('alias/') ? keyId : `key/${keyId}`}`;
  return [
    ...(key === undefined
      ? []
      : [
        { action: 'kms:DescribeKey', resource: key, context },
        { action: 'kms:CreateGrant', resource: key, context: { ...context, 'kms:GrantIsForAWSResource': true } },
      ]),
    ...alarms.flatMap((name) => on(`arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`, 'cloudwatch:DescribeAlarms')),
  ];
}

interface ContainerFacts extends Place {
  /** `ProcessingJobs`, `TrainingJobs`, or `Endpoints/<name>`: what follows `/aws/sagemaker/` in the log group. */
  readonly logs: string;
  /** Where the container's lines go. */
  readonly stream: string;
  readonly image: string;
  /** Whether somebody acts on the container's own metrics, as endpoints scale by theirs. */
  readonly metrics: boolean;
}

const IMAGE = /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\/([^:@]+)/;

/**
 * SageMaker pulls the image, writes the container's log and an endpoint's metrics as the role of the job or model. A job runs without metrics too.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
export function containerRoleNeeds({ accountId, region, logs, stream, image, metrics }: ContainerFacts): Permission[] {
  const [, registry, registryRegion, repository] = IMAGE.exec(image) ?? [];
  const group = `arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker/${logs}:log-stream:`;
  return [
    ...(registry === undefined
      ? []
      : [
        ...on('*', 'ecr:GetAuthorizationToken'),
        ...on(`arn:aws:ecr:${registryRegion}:${registry}:repository/${repository}`, 'ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'),
      ]),
    ...on(group, 'logs:CreateLogGroup', 'logs:DescribeLogStreams'),
    ...on(`${group}${stream}`, 'logs:CreateLogStream', 'logs:PutLogEvents'),
    ...(metrics ? [{ action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': '/aws/sagemaker/Endpoints' } }] : []),
  ];
}
