import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ManagedRole } from '../core/policies/managed-role';

/** A role that Studio takes for somebody; CloudTrail then names the profile as source identity. */
export function workspaceRole(scope: Construct, id: string, { roleName, description, account }: { roleName: string; description: string; account: string }): iam.Role {
  const studio = new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } });
  const role = new ManagedRole(scope, id, { roleName, description, assumedBy: studio });
  role.assumeRolePolicy?.addStatements(new iam.PolicyStatement({ actions: ['sts:SetSourceIdentity'], principals: [studio] }));
  return role;
}
