import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeRule } from '../core/policies/acknowledge';
import { ManagedRole } from '../core/policies/managed-role';

/** Properties of {@link Build}. */
export interface BuildProps {
  /** `owner/name` at GitHub. */
  readonly repository: string;
  readonly connectionArn: string;
  readonly key: BuildKey;
  readonly build: readonly string[];
  /** Commands that run after the build, whatever came of it. @default - none */
  readonly afterwards?: readonly string[];
  readonly triggers: readonly codebuild.FilterGroup[];
  /** Roles that the build may take. @default - none */
  readonly assume?: readonly string[];
  /** @default - named by CloudFormation */
  readonly roleName?: string;
  readonly concurrentBuildLimit?: number;
  /** Whether a pull request from a fork waits for the comment of somebody who may write to the repository. @default false */
  readonly approveForks?: boolean;
}

/** Node.js with a version that the toolkit supports, and the Python that model projects are tested with. */
const RUNTIMES = { nodejs: 22, python: 3.12 };
const BUILD_TIMEOUT = Duration.minutes(120);

const { EventAction, FilterGroup } = codebuild;

export const mergeTo = (branch: string): codebuild.FilterGroup => FilterGroup.inEventOf(EventAction.PUSH).andBranchIs(branch);

export const pushesBeside = (branch: string): codebuild.FilterGroup => FilterGroup.inEventOf(EventAction.PUSH).andBranchIsNot(branch);

export const pullRequests = (branch: string): codebuild.FilterGroup =>
  FilterGroup.inEventOf(EventAction.PULL_REQUEST_CREATED, EventAction.PULL_REQUEST_UPDATED, EventAction.PULL_REQUEST_REOPENED).andBaseBranchIs(branch);

/** Key of the files and logs of builds. */
export class BuildKey extends kms.Key {
  constructor(scope: Construct, id: string) {
    super(scope, id, { description: 'Files of builds', enableKeyRotation: true, removalPolicy: RemovalPolicy.DESTROY });
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'LogGroups',
        principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*` } },
      }),
    );
  }
}

/** A build of a GitHub repository in CodeBuild, with a role that may write its log, read the repository and take the roles that it is given. */
export class Build extends Construct {
  public readonly project: codebuild.Project;
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: BuildProps) {
    super(scope, id);
    const { repository, key, concurrentBuildLimit } = props;
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_YEAR, encryptionKey: key, removalPolicy: RemovalPolicy.DESTROY });
    this.role = this.makeRole(id, logGroup, props);
    const [owner, repo] = repository.split('/');
    this.project = new codebuild.Project(this, 'Resource', {
      description: `${id} of ${repository}`,
      source: codebuild.Source.gitHub({ owner, repo, webhook: true, webhookFilters: [...props.triggers], reportBuildStatus: true }),
      // The construct would add statements for every log group and report group of the project's name.
      role: this.role.withoutPolicyUpdates(),
      grantReportGroupPermissions: false,
      encryptionKey: key,
      environment: { buildImage: codebuild.LinuxBuildImage.STANDARD_7_0, computeType: codebuild.ComputeType.LARGE, privileged: false },
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        env: { variables: { CI: 'true' } },
        phases: {
          install: { 'runtime-versions': RUNTIMES },
          build: { commands: props.build },
          ...(props.afterwards === undefined ? {} : { post_build: { commands: props.afterwards } }),
        },
      }),
      logging: { cloudWatch: { logGroup } },
      timeout: BUILD_TIMEOUT,
      concurrentBuildLimit,
    });
    const resource = this.project.node.defaultChild as codebuild.CfnProject;
    resource.addPropertyOverride('Source.Auth', { Type: 'CODECONNECTIONS', Resource: props.connectionArn });
    if (props.approveForks === true) {
      resource.addPropertyOverride('Triggers.PullRequestBuildPolicy', { RequiresCommentApproval: 'FORK_PULL_REQUESTS', ApproverRoles: ['GITHUB_WRITE', 'GITHUB_MAINTAIN', 'GITHUB_ADMIN'] });
    }
    resource.node.addDependency(this.role);
    acknowledgeRule(
      this.project,
      'CodeBuildProjectSourceRepoUrl',
      ['HIPAA.Security', 'PCI.DSS.321'],
      'The repository is read through a CodeConnections connection that a person accepted at GitHub: no token or password is stored. The rule knows OAuth alone.',
    );
  }

  private makeRole(id: string, logGroup: logs.LogGroup, { roleName, connectionArn, key, assume = [] }: BuildProps): iam.Role {
    const role = new ManagedRole(this, 'Role', {
      roleName,
      assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
      description: `Role of the build ${id}`,
    });
    const allow = (actions: string[], resources: readonly string[]): void => void role.addToPolicy(new iam.PolicyStatement({ actions, resources: [...resources] }));
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    allow(['codeconnections:GetConnection', 'codeconnections:GetConnectionToken', 'codeconnections:UseConnection'], [connectionArn]);
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]);
    if (assume.length > 0) {
      allow(['sts:AssumeRole'], assume);
    }
    return role;
  }
}
