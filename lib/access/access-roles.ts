import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { EnvironmentConfig, PromotionChain } from '../config/environment';
import { names, type Place } from '../config/names';
import { ManagedRole } from '../core/policies/managed-role';
import { type AccessRole, type GrantedPermission, permissionsOf, ROLES } from './access-table';
import { STATEMENTS } from './statements';
import { trustOf } from './trust';

/** Properties of {@link AccessRoles}. */
export interface AccessRolesProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  readonly place: Place;
  /** Names of the models. */
  readonly models: readonly string[];
}

/** Roles of people and programs in one account, generated from the access table. A role that may do nothing here does not exist here. */
export class AccessRoles extends Construct {
  public readonly roles: ReadonlyMap<AccessRole, iam.Role>;

  constructor(scope: Construct, id: string, props: AccessRolesProps) {
    super(scope, id);
    const roles = new Map<AccessRole, iam.Role>();
    for (const role of ROLES) {
      const permissions = permissionsOf(role, props.environment);
      if (permissions.length > 0) {
        const made = this.makeRole(role, props);
        for (const permission of permissions) {
          // No role has `changeThresholds`: the table's type lets nobody write one, and the simulation looks.
          for (const statement of STATEMENTS[permission as GrantedPermission]({ ...props, scope: made })) {
            made.addToPolicy(statement);
          }
        }
        roles.set(role, made);
      }
    }
    this.roles = roles;
  }

  private makeRole(role: AccessRole, { environment, place }: AccessRolesProps): iam.Role {
    const { principal, maxSession } = trustOf(role, environment, place);
    return new ManagedRole(this, `${role[0].toUpperCase()}${role.slice(1)}`, {
      roleName: names.accessRole(environment.name, role),
      description: `${role} in the environment ${environment.name}, as the access table says`,
      assumedBy: principal,
      maxSessionDuration: maxSession,
    });
  }
}
