import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { type GrantedPermission, permissionsOf } from '../access/access-table';
import { type AccessScope, STATEMENTS } from '../access/statements';
import { names } from '../config/names';
import type { WorkspaceUser as UserConfig } from '../config/workspace';
import { environmentKeyArn } from '../core/environment-defaults';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { allowListing, allowObjects } from '../core/storage/object-access';
import { useStorageKey } from '../core/storage/storage-key';
import type { StudioDomain } from './studio-domain';
import { workspaceRole } from './workspace-role';

/** Properties of {@link WorkspaceUser}. */
export interface WorkspaceUserProps extends Omit<AccessScope, 'scope'> {
  readonly user: UserConfig;
  readonly signIn: 'IAM' | 'SSO';
  readonly domain: StudioDomain;
  /** The one policy by which the data of production is read. @default - none: it is not read here */
  readonly productionData?: iam.IManagedPolicy;
}

/**
 * One person in the workspace: a profile and a role of their own. The role may what the access table gives data scientists, from inside; and in Studio
 * what is theirs.
 */
export class WorkspaceUser extends Construct {
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string, private readonly props: WorkspaceUserProps) {
    super(scope, id);
    const { user, signIn, domain, environment, productionData } = props;
    this.role = workspaceRole(this, 'Role', { roleName: names.workspaceRole(environment.name, user.name), description: `${user.name} in the workspace of ${environment.name}`, account: props.place.account });
    this.allowProcess();
    this.allowStudio();
    this.allowResults();
    this.keepInside();
    if (productionData !== undefined) {
      this.role.addManagedPolicy(productionData);
    }
    const profile = new sagemaker.CfnUserProfile(this, 'Resource', {
      domainId: domain.domainId,
      userProfileName: user.name,
      ...(signIn === 'SSO' ? { singleSignOnUserIdentifier: 'UserName', singleSignOnUserValue: user.identityCenterUser } : {}),
      userSettings: { executionRole: this.role.roleArn, securityGroups: domain.securityGroupIds },
    });
    profile.node.addDependency(this.role);
  }

  /** What the access table says of data scientists; the data of production by its own policy. */
  private allowProcess(): void {
    const access = { ...this.props, scope: this.role };
    for (const permission of permissionsOf('dataScientist', this.props.environment).filter((name) => name !== 'readProductionData')) {
      STATEMENTS[permission as GrantedPermission](access).forEach((statement) => this.role.addToPolicy(statement));
    }
  }

  /** @see https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-jl-admin-guide-permissions.html */
  private allowStudio(): void {
    const { domain, environment, user } = this.props;
    const arn = (resource: string, name: string): string => Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName: `${domain.domainId}/${name}` });
    const profile = arn('user-profile', user.name);
    const [spaces, apps] = [arn('space', '*'), arn('app', '*')];
    const own = { ArnLike: { 'sagemaker:OwnerUserProfileArn': profile }, StringEquals: { 'sagemaker:SpaceSharingType': 'Private' } };
    [spaces, apps].forEach((resource) => acknowledgeWildcard(this.role, resource, 'People name their spaces; the condition on the owner admits no other person\'s.'));
    acknowledgeWildcard(this.role, '*', 'Listing spaces and applications has no resource-level permissions (Service Authorization Reference).');
    const statements = [
      new iam.PolicyStatement({ actions: ['sagemaker:CreateSpace', 'sagemaker:UpdateSpace', 'sagemaker:DeleteSpace'], resources: [spaces], conditions: own }),
      new iam.PolicyStatement({ actions: ['sagemaker:CreateApp', 'sagemaker:DeleteApp'], resources: [apps], conditions: own }),
      new iam.PolicyStatement({ actions: ['sagemaker:DescribeSpace', 'sagemaker:DescribeApp'], resources: [spaces, apps] }),
      new iam.PolicyStatement({ actions: ['sagemaker:AddTags'], resources: [spaces, apps], conditions: { Null: { 'sagemaker:TaggingAction': 'false' } } }),
      new iam.PolicyStatement({ actions: ['sagemaker:DescribeUserProfile'], resources: [profile] }),
      new iam.PolicyStatement({ actions: ['sagemaker:DescribeDomain'], resources: [domain.domainArn] }),
      new iam.PolicyStatement({ actions: ['sagemaker:ListApps', 'sagemaker:ListSpaces'], resources: ['*'] }),
      // The disk of a space is encrypted on behalf of whoever opens it.
      ...useStorageKey(environmentKeyArn(this, environment.name)),
      new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext'], resources: [environmentKeyArn(this, environment.name)] }),
    ];
    statements.forEach((statement) => this.role.addToPolicy(statement));
  }

  private allowResults(): void {
    const { domain, place, user } = this.props;
    const bucketName = names.bucket(place, 'workspace');
    const reason = 'Results are named by whoever explores, below a folder of their own.';
    this.role.addToPolicy(allowObjects(this.role, { bucketName, prefix: `${user.name}/`, actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], reason }));
    this.role.addToPolicy(allowListing(this.role, bucketName, [`${user.name}/`]));
    domain.tools.forEach(({ bucketName: tools, key }) => this.role.addToPolicy(allowObjects(this.role, { bucketName: tools, prefix: key, actions: ['s3:GetObject'], reason })));
  }

  /** What no permission that somebody may add later undoes: nothing is written elsewhere, and no job runs outside of the network. */
  private keepInside(): void {
    const { account } = this.props.place;
    this.role.addToPolicy(
      new iam.PolicyStatement({
        sid: 'WriteNowhereElse',
        effect: iam.Effect.DENY,
        actions: ['s3:PutObject', 's3:ReplicateObject'],
        resources: ['*'],
        conditions: { StringNotEquals: { 'aws:ResourceAccount': account } },
      }),
    );
    this.role.addToPolicy(
      new iam.PolicyStatement({
        sid: 'JobsInTheNetwork',
        effect: iam.Effect.DENY,
        actions: ['sagemaker:CreateProcessingJob', 'sagemaker:CreateTrainingJob'],
        resources: ['*'],
        conditions: { Null: { 'sagemaker:VpcSubnets': 'true' } },
      }),
    );
  }
}

/** Policy for the role of data scientists: each opens their own profile, if their session bears its name. */
export function openStudio(scope: Construct, id: string, { domainId, users, role }: { domainId: string; users: readonly UserConfig[]; role: iam.IRole }): iam.ManagedPolicy {
  return new iam.ManagedPolicy(scope, id, {
    description: 'Lets people open their own profile of the workspace',
    roles: [role],
    statements: users.map(
      ({ name }) =>
        new iam.PolicyStatement({
          actions: ['sagemaker:CreatePresignedDomainUrl'],
          resources: [Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'user-profile', resourceName: `${domainId}/${name}`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME })],
          conditions: { StringLike: { 'aws:userid': `*:${name}` } },
        }),
    ),
  });
}
