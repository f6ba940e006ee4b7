import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment';
import { placesOf } from '../config/sharing';
import { acknowledgeRule } from '../core/acknowledge';
import { lit, ValidationError } from '../core/errors';
import { ManagedRole } from '../core/managed-role';

/** Properties of {@link CodeDelivery}. */
export interface CodeDeliveryProps {
  /** In promotion order: a merge is deployed to one after the other, and stops where a deployment fails. */
  readonly environments: readonly EnvironmentConfig[];
  /** `owner/name` at GitHub. */
  readonly repository: string;
  /** ARN of the connection (CodeConnections) that reads the repository. It is made by hand, since a person must accept it at GitHub. */
  readonly connectionArn: string;
  /** @default main */
  readonly branch?: string;
  /** Qualifier of the CDK bootstrap. @default hnb659fds */
  readonly bootstrapQualifier?: string;
}

interface Build {
  readonly commands: string[];
  readonly webhookFilters: codebuild.FilterGroup[];
  readonly statements: iam.PolicyStatement[];
  readonly concurrentBuildLimit?: number;
}

/** Node.js with a version that the toolkit supports, and the Python that model projects are tested with. */
const RUNTIMES = { nodejs: 22, python: 3.12 };
const BUILD_TIMEOUT = Duration.minutes(60);

/**
 * Delivery of code, in the tooling account: every push and pull request is checked with `.ci/run`, which needs no AWS account, and a merge is
 * checked again and deployed to the environments in promotion order.
 *
 * A merge releases code and nothing else: no model is trained or promoted by it.
 */
export class CodeDelivery extends Construct {
  /** Checks pushes and pull requests; may use nothing but its own log. */
  public readonly check: codebuild.Project;
  /** Deploys what was merged; may take the roles of the CDK bootstrap and nothing else. */
  public readonly deploy: codebuild.Project;
  private readonly key: kms.Key;

  constructor(scope: Construct, id: string, private readonly props: CodeDeliveryProps) {
    super(scope, id);
    if (!/^[\w.-]+\/[\w.-]+$/.test(props.repository)) {
      throw new ValidationError(lit`DeliveryRepository`, `repository must be owner/name at GitHub, got "${props.repository}"; set MLOPS_REPOSITORY`, this);
    }
    this.key = new kms.Key(this, 'Key', {
      description: 'Files of builds',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'LogGroups',
        principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*` } },
      }),
    );
    acknowledgeRule(
      this,
      'CodeBuildProjectSourceRepoUrl',
      ['HIPAA.Security', 'PCI.DSS.321'],
      'The repository is read through a CodeConnections connection that a person accepted at GitHub: no token or password is stored. The rule knows OAuth alone.',
    );
    const branch = props.branch ?? 'main';
    const { EventAction, FilterGroup } = codebuild;
    this.check = this.project('Check', {
      commands: ['npm ci', '.ci/run'],
      webhookFilters: [
        FilterGroup.inEventOf(EventAction.PUSH).andBranchIsNot(branch),
        FilterGroup.inEventOf(EventAction.PULL_REQUEST_CREATED, EventAction.PULL_REQUEST_UPDATED, EventAction.PULL_REQUEST_REOPENED),
      ],
      statements: [],
    });
    this.deploy = this.project('Deploy', {
      commands: [
        'npm ci',
        '.ci/run',
        ...props.environments.map(({ name }) => `npx cdk deploy '${name}/*' --require-approval never --concurrency 4`),
      ],
      webhookFilters: [FilterGroup.inEventOf(EventAction.PUSH).andBranchIs(branch)],
      // Two merges at once would deploy in an order that nobody chose.
      concurrentBuildLimit: 1,
      statements: [new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: this.bootstrapRoles() })],
    });
  }

  /** What the toolkit takes on in every account: the roles that publish assets, deploy and look up. CloudFormation's own role is passed by them. */
  private bootstrapRoles(): string[] {
    const qualifier = this.props.bootstrapQualifier ?? 'hnb659fds';
    return this.props.environments.flatMap(placesOf).flatMap(({ account, region }) =>
      ['deploy', 'file-publishing', 'lookup'].map((purpose) => `arn:aws:iam::${account}:role/cdk-${qualifier}-${purpose}-role-${account}-${region}`),
    );
  }

  private project(id: string, { commands, webhookFilters, statements, concurrentBuildLimit }: Build): codebuild.Project {
    const logGroup = new logs.LogGroup(this, `${id}Logs`, { retention: logs.RetentionDays.ONE_YEAR, encryptionKey: this.key, removalPolicy: RemovalPolicy.DESTROY });
    const role = new ManagedRole(this, `${id}Role`, {
      assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
      description: `Role of the build ${id}`,
    });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }));
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['codeconnections:GetConnection', 'codeconnections:GetConnectionToken', 'codeconnections:UseConnection'], resources: [this.props.connectionArn] }),
    );
    role.addToPolicy(new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.key.keyArn] }));
    for (const statement of statements) {
      role.addToPolicy(statement);
    }
    const [owner, repo] = this.props.repository.split('/');
    const project = new codebuild.Project(this, id, {
      description: `${id} of ${this.props.repository}`,
      source: codebuild.Source.gitHub({ owner, repo, webhook: true, webhookFilters, reportBuildStatus: true }),
      // The construct would add statements for every log group and report group of the project's name.
      role: role.withoutPolicyUpdates(),
      grantReportGroupPermissions: false,
      encryptionKey: this.key,
      environment: { buildImage: codebuild.LinuxBuildImage.STANDARD_7_0, computeType: codebuild.ComputeType.LARGE, privileged: false },
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        env: { variables: { CI: 'true' } },
        phases: { install: { 'runtime-versions': RUNTIMES }, build: { commands } },
      }),
      logging: { cloudWatch: { logGroup } },
      timeout: BUILD_TIMEOUT,
      concurrentBuildLimit,
    });
    const resource = project.node.defaultChild as codebuild.CfnProject;
    resource.addPropertyOverride('Source.Auth', { Type: 'CODECONNECTIONS', Resource: this.props.connectionArn });
    resource.node.addDependency(role);
    return project;
  }
}

