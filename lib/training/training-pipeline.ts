import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { names, type Place } from '../config/names';
import { environmentKeyArn } from '../core/environment-defaults';
import { StackNetwork } from '../core/network/stack-network';
import { ManagedRole } from '../core/policies/managed-role';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { allowListing, allowObjects } from '../core/storage/object-access';
import { useStorageKey } from '../core/storage/storage-key';
import { placementValues } from './job-placement';
import { modelPipeline } from './model-pipeline';
import type { BuiltDefinition } from './pipeline-definition';

/** Properties of {@link TrainingPipeline}. */
export interface TrainingPipelineProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  /** Image of all jobs, as URI. */
  readonly image: string;
}

/**
 * SageMaker pipeline of a model project, with two roles: one that may start the jobs, and the jobs' own, which reads snapshots and code, writes
 * below its runs and has no network.
 */
export class TrainingPipeline extends Construct {
  public readonly pipelineName: string;
  public readonly pipelineArn: string;
  /** ARN pattern of the pipeline's executions. */
  public readonly executionsArn: string;
  public readonly definition: BuiltDefinition;
  /** Where jobs run, as parameters of every execution. */
  public readonly placement: readonly { readonly Name: string; readonly Value: string }[];

  constructor(scope: Construct, id: string, { place, project, image }: TrainingPipelineProps) {
    super(scope, id);
    const model = project.declaration.name;
    this.pipelineName = names.pipeline(place.environment, model);
    const stack = Stack.of(this);
    const arn = (resource: string, resourceName: string) => stack.formatArn({ service: 'sagemaker', resource, resourceName });
    this.pipelineArn = arn('pipeline', this.pipelineName);
    this.executionsArn = `${this.pipelineArn}/execution/*`;

    this.placement = placementValues(this, place.environment);
    const jobRole = this.jobRole(place, model, image);
    // A text without tokens, so that the definition's digest is known when the stack is synthesized.
    const jobRoleArn = `arn:${stack.partition}:iam::${place.account}:role/${names.role(place.environment, model, 'job')}`;
    this.definition = modelPipeline(project, {
      image,
      jobRoleArn,
      kmsKeyId: `arn:${stack.partition}:kms:${place.region}:${place.account}:${names.keyAlias(place.environment)}`,
      subnets: StackNetwork.of(this)?.placement('jobs').subnetIds.length,
    });
    const role = this.pipelineRole(place, model, jobRoleArn);
    const pipeline = new sagemaker.CfnPipeline(this, 'Resource', {
      pipelineName: this.pipelineName,
      pipelineDescription: `Trains and evaluates ${model}`,
      // The property is passed on as it is: with a key in camel case CloudFormation would not find the definition.
      pipelineDefinition: { PipelineDefinitionBody: this.definition.body },
      roleArn: role.roleArn,
    });
    pipeline.node.addDependency(role, jobRole);
  }

  private pipelineRole(place: Place, model: string, jobRoleArn: string): iam.Role {
    const role = new ManagedRole(this, 'Role', {
      roleName: names.role(place.environment, model, 'pipeline'),
      description: `Starts the jobs of the pipeline of ${model}`,
      assumedBy: sageMaker(place.account),
    });
    // SageMaker names the jobs of a pipeline.
    const jobs = (resource: string, kind: string): iam.PolicyStatement => {
      const arn = Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName: 'pipelines-*' });
      acknowledgeWildcard(role, arn, 'SageMaker names the jobs of a pipeline: pipelines-<execution>-<step>-<suffix>.');
      const actions = ['Create', 'Describe', 'Stop'].map((verb) => `sagemaker:${verb}${kind}`);
      return new iam.PolicyStatement({ actions: [...actions, 'sagemaker:AddTags'], resources: [arn] });
    };
    role.addToPolicy(jobs('processing-job', 'ProcessingJob'));
    role.addToPolicy(jobs('training-job', 'TrainingJob'));
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [jobRoleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      }),
    );
    useStorageKey(environmentKeyArn(this, place.environment)).forEach((statement) => role.addToPolicy(statement));
    return role;
  }

  private jobRole(place: Place, model: string, image: string): iam.Role {
    const role = new ManagedRole(this, 'JobRole', {
      roleName: names.role(place.environment, model, 'job'),
      description: `Jobs of the pipeline of ${model}: read snapshots and code, write below runs`,
      assumedBy: sageMaker(place.account),
    });
    const bucketName = names.bucket(place, 'artifacts');
    const reason = 'Jobs read and write whole folders, whose names are digests and run ids.';
    role.addToPolicy(allowObjects(role, { bucketName, prefix: `${model}/snapshots/`, actions: ['s3:GetObject'], reason }));
    role.addToPolicy(allowObjects(role, { bucketName, prefix: `${model}/code/`, actions: ['s3:GetObject'], reason }));
    role.addToPolicy(allowObjects(role, { bucketName, prefix: `${model}/runs/`, actions: ['s3:GetObject', 's3:PutObject'], reason }));
    role.addToPolicy(allowListing(role, bucketName, ['snapshots/', 'code/', 'runs/'].map((folder) => `${model}/${folder}`)));
    this.allowLogs(role);
    this.allowImage(role, image);
    const network = StackNetwork.of(this);
    if (network !== undefined) {
      role.addManagedPolicy(network.policy('containers'));
    }
    return role;
  }

  private allowLogs(role: iam.Role): void {
    const logs = ['ProcessingJobs', 'TrainingJobs'].map((group) =>
      Stack.of(this).formatArn({ service: 'logs', resource: 'log-group', resourceName: `/aws/sagemaker/${group}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
    );
    logs.forEach((resource) => acknowledgeWildcard(role, resource, 'SageMaker makes one log stream per job and host in these two log groups.'));
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'], resources: logs }),
    );
  }

  /** Images of AWS lie in accounts of AWS; one action of the registry knows no resources. */
  private allowImage(role: iam.Role, image: string): void {
    const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(image);
    if (match === null) {
      return;
    }
    const [, account, region, repository] = match;
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [Stack.of(this).formatArn({ service: 'ecr', account, region, resource: 'repository', resourceName: repository })],
      }),
    );
    const login = new iam.ManagedPolicy(this, 'RegistryLogin', {
      roles: [role],
      statements: [new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] })],
    });
    acknowledgeWildcard(login, '*', 'ecr:GetAuthorizationToken has no resource-level permissions (Service Authorization Reference).');
  }
}

/** SageMaker, on behalf of this account only. */
const sageMaker = (account: string): iam.ServicePrincipal =>
  new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } });
