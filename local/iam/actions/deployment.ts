import { anything, each, either, given, on, passes, textAt, type Input, type Need, type ServiceActions } from './need';

/** A stack by its name is a stack of any id. */
const stack: Need = on('stack/{StackName}/*');
const role = on('role/{RoleName}');

const withRole = (...needs: readonly Need[]): readonly Need[] => [
  given((input) => ({ 'cloudformation:RoleArn': textAt(input, 'RoleARN'), 'cloudformation:ChangeSetName': textAt(input, 'ChangeSetName') }), ...needs),
  passes('RoleARN', 'cloudformation.amazonaws.com'),
];

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html */
export const cloudformation: ServiceActions = {
  prefix: 'cloudformation',
  operations: {
    ...each('CreateStack UpdateStack DeleteStack CreateChangeSet RollbackStack ContinueUpdateRollback', ...withRole(stack)),
    ...each('DescribeChangeSet ExecuteChangeSet DeleteChangeSet ListChangeSets', either(stack, on('{ChangeSetName}'))),
    ...each('DescribeStacks GetTemplateSummary', either(stack, on('stack/*'))),
    ...each('DescribeStackEvents DescribeStackResources DescribeStackResource ListStackResources GetTemplate UpdateTerminationProtection', stack),
    DescribeEvents: [either(stack, on('{ChangeSetName}'))],
    ...each('ListStacks ListHookResults ListExports ListImports ValidateTemplate', anything),
  },
};

const policy = on('{PolicyArn}');
const withPolicy = given((input) => ({ 'iam:PolicyARN': textAt(input, 'PolicyArn') }), role);
const withBoundary = given((input) => ({ 'iam:PermissionsBoundary': textAt(input, 'PermissionsBoundary') }), role);
const profile = on('instance-profile/{InstanceProfileName}');

/** Changes of a role that may hang on the boundary that it has; those that give it one hang on that. */
const BOUND = new Set(['AttachRolePolicy', 'DetachRolePolicy', 'PutRolePolicy', 'DeleteRolePolicy', 'DeleteRolePermissionsBoundary']);

/** Name of the role whose permissions boundary is the condition key `iam:PermissionsBoundary` of a call. */
export const boundaryRole = (service: string, operation: string, input: Input): string | undefined =>
  (service === 'iam' && BOUND.has(operation) ? textAt(input, 'RoleName') : undefined);

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
export const iam: ServiceActions = {
  prefix: 'iam',
  operations: {
    ...each('CreateRole PutRolePermissionsBoundary', withBoundary),
    ...each('GetRole UpdateRole DeleteRole UpdateAssumeRolePolicy DeleteRolePermissionsBoundary TagRole UntagRole ListRoleTags', role),
    ...each('PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies', role),
    ...each('AttachRolePolicy DetachRolePolicy', withPolicy),
    CreatePolicy: [on('policy/{PolicyName}')],
    ...each('GetPolicy GetPolicyVersion ListPolicyVersions CreatePolicyVersion DeletePolicyVersion DeletePolicy', policy),
    ...each('CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile RemoveRoleFromInstanceProfile', profile),
    AddRoleToInstanceProfile: [profile, (call, prefix) => role(call, prefix).map((needed) =>
      ({ ...needed, action: 'iam:PassRole', context: { 'iam:PassedToService': 'ec2.amazonaws.com' } }))],
    CreateServiceLinkedRole: [given((input) => ({ 'iam:AWSServiceName': textAt(input, 'AWSServiceName') }), anything)],
    ...each('ListRoles ListPolicies', anything),
  },
};

/** Made by deployments alone: whoever deploys them needs them everywhere. */
const EC2 = `CreateVpc DeleteVpc ModifyVpcAttribute DescribeVpcs CreateSubnet DeleteSubnet ModifySubnetAttribute DescribeSubnets CreateRouteTable DeleteRouteTable
  AssociateRouteTable DisassociateRouteTable CreateRoute DeleteRoute CreateSecurityGroup DeleteSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress
  RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateVpcEndpoint DeleteVpcEndpoints DescribeVpcEndpoints CreateFlowLogs DeleteFlowLogs
  CreateInternetGateway DeleteInternetGateway AttachInternetGateway DetachInternetGateway CreateTags DescribeAvailabilityZones`;

export const ec2: ServiceActions = { prefix: 'ec2', operations: each(EC2, anything) };

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html */
export const ecr: ServiceActions = {
  prefix: 'ecr',
  operations: {
    ...each(
      `CreateRepository DeleteRepository PutLifecyclePolicy DeleteLifecyclePolicy SetRepositoryPolicy GetRepositoryPolicy DeleteRepositoryPolicy DescribeImages
        BatchGetImage BatchCheckLayerAvailability GetDownloadUrlForLayer PutImage PutImageScanningConfiguration PutImageTagMutability`,
      on('repository/{repositoryName}'),
    ),
    DescribeRepositories: [either(on('repository/{repositoryNames}'), on('repository/*'))],
    GetAuthorizationToken: [anything],
    ...each('TagResource UntagResource ListTagsForResource', on('{resourceArn}')),
  },
};

export const budgets: ServiceActions = {
  prefix: 'budgets',
  operations: each('CreateBudget DeleteBudget UpdateBudget DescribeBudget', (call) => {
    const name = textAt(call.input, 'Budget.BudgetName') ?? textAt(call.input, 'BudgetName') ?? '*';
    const action = call.operation.startsWith('Describe') ? 'budgets:ViewBudget' : 'budgets:ModifyBudget';
    return [{ action, resource: `arn:aws:budgets::${call.accountId}:budget/${name}` }];
  }),
};

export const applicationAutoscaling: ServiceActions = {
  prefix: 'application-autoscaling',
  operations: {
    RegisterScalableTarget: [anything, passes('RoleARN', 'application-autoscaling.amazonaws.com')],
    ...each('DeregisterScalableTarget DescribeScalableTargets PutScalingPolicy DeleteScalingPolicy DescribeScalingPolicies', anything),
  },
};
