import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Layout } from '../../lambda/shared/storage/contract';
import { developmentPlace, type EnvironmentConfig, networkOf, type PromotionChain, trailPlace } from '../config/environment';
import { names, type Place } from '../config/names';
import { hasVpc } from '../config/network';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { useForeignKey } from '../core/storage/foreign-objects';
import { allowListing, allowObjects, bucketArn } from '../core/storage/object-access';
import type { GrantedPermission } from './access-table';

/** What the statements of one role are made for. */
export interface AccessScope {
  readonly scope: Construct;
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  /** The account of the role. */
  readonly place: Place;
  readonly models: readonly string[];
}

/** Machines of the process that an environment has, by what its endpoint is for. */
const MACHINES: Readonly<Record<EnvironmentConfig['serving']['endpoint']['lifetime'], readonly string[]>> = {
  none: ['development'],
  qualification: ['development', 'qualification'],
  permanent: ['development', 'promotion', 'monitor'],
};

/** Each permission as statements with exact names. */
export const STATEMENTS: Readonly<Record<GrantedPermission, (access: AccessScope) => iam.PolicyStatement[]>> = {
  readProcess: (access) => [
    allow(['states:DescribeStateMachine', 'states:ListExecutions'], machines(access)),
    allow(['states:DescribeExecution', 'states:GetExecutionHistory'], executions(access)),
    allow(
      ['sagemaker:DescribeModelPackageGroup', 'sagemaker:ListModelPackages', 'sagemaker:DescribePipeline', 'sagemaker:ListPipelineExecutions', 'sagemaker:DescribeEndpoint'],
      perModel(access, (model) => [
        arn(access, 'sagemaker', 'model-package-group', names.modelPackageGroup(access.environment.name, model)),
        arn(access, 'sagemaker', 'pipeline', names.pipeline(access.environment.name, model)),
        arn(access, 'sagemaker', 'endpoint', names.endpoint(access.environment.name, model)),
      ]),
    ),
    allow(['sagemaker:DescribeModelPackage'], packages(access)),
    allow(['ssm:GetParameter'], perModel(access, (model) => [arn(access, 'ssm', 'parameter', Layout.championParameter(model).slice(1))])),
    everything(access, ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData', 'cloudwatch:ListMetrics']),
  ],
  readLogs: (access) => [
    allow(
      ['logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:DescribeLogStreams'],
      wildcards(
        access,
        [
          ...machineNames(access).map((name) => arn(access, 'logs', 'log-group', `/aws/vendedlogs/states/${name}:*`, ':')),
          ...['ProcessingJobs', 'TrainingJobs'].map((kind) => arn(access, 'logs', 'log-group', `/aws/sagemaker/${kind}:*`, ':')),
        ],
        'Streams of one log group: they are named when they are written.',
      ),
    ),
  ],
  readEvidence: (access) => reading(access, names.bucket(access.place, 'evidence'), access.models.map(folder), 'Evidence is named when it is written.'),
  readTrail: (access) => {
    const archive = trailPlace(access.environment);
    const reason = 'Files of the trail are named when they are written.';
    return archive === undefined
      ? reading(access, names.bucket(access.place, 'access-logs'), ['trail/'], reason)
      : [
          ...reading(access, names.bucket(archive, 'trail'), ['trail/'], reason),
          useForeignKey(access.scope, archive, names.trailKeyAlias(access.environment.name), ['kms:Decrypt'], 's3'),
        ];
  },
  startDevelopment: (access) => [
    allow(['lambda:InvokeFunction'], perModel(access, (model) => [arn(access, 'lambda', 'function', names.starter(access.environment.name, model, 'development'), ':')])),
  ],
  approve: (access) => [allow(['sagemaker:UpdateModelPackage'], packages(access))],
  promote: (access) => [allow(['states:StartExecution'], machines(access, ['promotion']))],
  readInferenceLog: (access) => reading(access, names.bucket(access.place, 'inference-log'), access.models.map(folder), 'Predictions are named when they are written.'),
  readData: (access) => reading(access, names.bucket(access.place, 'data'), access.models.map(folder), 'Deliveries are named by those who deliver.'),
  readProductionData: (access) => {
    const production = developmentPlace(access.chain.production);
    const { closedDataSets = [] } = access.environment.development;
    const open = access.models.filter((model) => !closedDataSets.includes(model));
    if (open.length === 0) {
      return [];
    }
    const keys = `arn:aws:kms:${production.region}:${production.account}:key/*`;
    acknowledgeWildcard(access.scope, keys, 'The id of a foreign key is not known here; the condition names its alias.');
    return [
      ...reading(access, names.bucket(production, 'data'), open.map(folder), 'Deliveries are named by those who deliver.').map((statement) => fromOwnNetwork(statement, access)),
      new iam.PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [keys],
        conditions: {
          'ForAnyValue:StringEquals': { 'kms:ResourceAliases': names.keyAlias(production.environment) },
          StringEquals: { 'kms:ViaService': `s3.${production.region}.amazonaws.com` },
        },
      }),
    ];
  },
  explore: (access) => [
    allow(
      ['sagemaker:CreateProcessingJob', 'sagemaker:CreateTrainingJob', 'sagemaker:StopProcessingJob', 'sagemaker:StopTrainingJob', 'sagemaker:DescribeProcessingJob', 'sagemaker:DescribeTrainingJob'],
      wildcards(access, ['processing-job', 'training-job'].map((kind) => arn(access, 'sagemaker', kind, 'explore-*')), 'Jobs are named by those who explore.'),
    ),
    new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: access.models.map((model) => `arn:aws:iam::${access.place.account}:role/${names.role(access.environment.name, model, 'job')}`),
      conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    }),
  ],
  deliverData: (access) =>
    access.models.flatMap((model) => [Layout.trainingPrefix(model), Layout.labelsPrefix(model)]).flatMap((prefix) => {
      const bucketName = names.bucket(access.place, 'data');
      return [
        allowObjects(access.scope, { bucketName, prefix, actions: ['s3:PutObject', 's3:AbortMultipartUpload'], reason: 'Deliveries are named by those who deliver.' }),
        ...withdrawing(access, bucketName, prefix),
      ];
    }),
  callApplication: (access) => [
    allow(
      ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'],
      perModel(access, (model) => [arn(access, 'lambda', 'function', names.predictionFunction(access.environment.name, model), ':')]),
    ),
  ],
  breakGlass: (access) => [
    allow(['states:StopExecution'], executions(access)),
    allow(['sagemaker:DeleteEndpoint'], endpoints(access)),
    allow(
      ['sagemaker:UpdateEndpoint'],
      [...endpoints(access), ...wildcards(access, endpoints(access, 'endpoint-config', '-*'), 'Configurations of one endpoint: each release makes one, named after its execution.')],
    ),
    // No executions at a time: the application answers nobody any more.
    allow(
      ['lambda:PutFunctionConcurrency', 'lambda:DeleteFunctionConcurrency'],
      perModel(access, (model) => [arn(access, 'lambda', 'function', names.predictionFunction(access.environment.name, model), ':')]),
    ),
  ],
};

/** Where the account has a private network, out of it alone. */
function fromOwnNetwork(statement: iam.PolicyStatement, { environment, place }: AccessScope): iam.PolicyStatement {
  if (hasVpc(networkOf(environment, place))) {
    statement.addCondition('StringEquals', { 'aws:VpceAccount': place.account });
  }
  return statement;
}

const folder = (model: string): string => `${model}/`;

const allow = (actions: string[], resources: string[]): iam.PolicyStatement => new iam.PolicyStatement({ actions, resources });

const arn = ({ scope }: AccessScope, service: string, resource: string, resourceName: string, separator: ':' | '/' = '/'): string =>
  Stack.of(scope).formatArn({
    service,
    resource,
    resourceName,
    arnFormat: separator === ':' ? ArnFormat.COLON_RESOURCE_NAME : ArnFormat.SLASH_RESOURCE_NAME,
  });

const perModel = ({ models }: AccessScope, resources: (model: string) => string[]): string[] => models.flatMap(resources);

const machineNames = ({ environment, models }: AccessScope): string[] =>
  models.flatMap((model) => MACHINES[environment.serving.endpoint.lifetime].map((machine) => names.stateMachine(environment.name, model, machine)));

/** @param only default: every machine that the environment has */
const machines = (access: AccessScope, only: readonly string[] = MACHINES[access.environment.serving.endpoint.lifetime]): string[] =>
  perModel(access, (model) => only.map((machine) => arn(access, 'states', 'stateMachine', names.stateMachine(access.environment.name, model, machine), ':')));

const executions = (access: AccessScope): string[] =>
  wildcards(access, machineNames(access).map((name) => arn(access, 'states', 'execution', `${name}:*`, ':')), 'Executions are named when they start.');

const endpoints = (access: AccessScope, resource = 'endpoint', end = ''): string[] =>
  perModel(access, (model) => [arn(access, 'sagemaker', resource, `${names.endpoint(access.environment.name, model)}${end}`)]);

const packages = (access: AccessScope): string[] =>
  wildcards(
    access,
    perModel(access, (model) => [arn(access, 'sagemaker', 'model-package', `${names.modelPackageGroup(access.environment.name, model)}/*`)]),
    'Versions of one group: they are numbered when they are registered.',
  );

function wildcards({ scope }: AccessScope, resources: string[], reason: string): string[] {
  for (const resource of resources) {
    acknowledgeWildcard(scope, resource, reason);
  }
  return resources;
}

function everything({ scope }: AccessScope, actions: string[]): iam.PolicyStatement {
  acknowledgeWildcard(scope, '*', `${actions.join(', ')}: reading metrics and alarms has no resource-level permissions.`);
  return allow(actions, ['*']);
}

const reading = ({ scope }: AccessScope, bucketName: string, prefixes: readonly string[], reason: string): iam.PolicyStatement[] => [
  ...prefixes.map((prefix) => allowObjects(scope, { bucketName, prefix, actions: ['s3:GetObject'], reason })),
  allowListing(scope, bucketName, prefixes),
];

function withdrawing({ scope }: AccessScope, bucketName: string, prefix: string): iam.PolicyStatement[] {
  const markers = bucketArn(scope, bucketName, `${prefix}*/${Layout.DELIVERY_MARKER}`);
  acknowledgeWildcard(scope, markers, 'Markers of deliveries, which are named by those who deliver; nothing else may be deleted.');
  return [allow(['s3:DeleteObject'], [markers])];
}
