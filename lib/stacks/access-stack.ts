import { PermissionsBoundary, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AccessRoles, type AccessRolesProps } from '../access/access-roles';

/** Roles of people and programs in one account of an environment. */
export class AccessStack extends Stack {
  public readonly access: AccessRoles;

  constructor(scope: Construct, id: string, props: AccessRolesProps) {
    const boundary = props.environment.people?.permissionsBoundary;
    super(scope, id, {
      permissionsBoundary: boundary === undefined ? undefined : PermissionsBoundary.fromName(boundary),
      env: { account: props.place.account, region: props.place.region },
      description: `Roles of people and programs in the environment ${props.environment.name}`,
    });
    this.access = new AccessRoles(this, 'Roles', props);
  }
}
