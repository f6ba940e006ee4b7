import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { permissionsOf } from '../access/access-table';
import { type AccessScope, STATEMENTS } from '../access/statements';
import { names } from '../config/names';
import { StackNetwork } from '../core/network/stack-network';

/**
 * The one policy by which people in a workspace read the data of production: read-only, model by model, out of this network's endpoint alone. Whoever
 * asks what people can see of production reads this policy, and the bucket's.
 *
 * @returns undefined where the environment's values or the access table close the data of production
 */
export function productionDataPolicy(scope: Construct, id: string, access: Omit<AccessScope, 'scope'>): iam.ManagedPolicy | undefined {
  const { environment } = access;
  if (!permissionsOf('dataScientist', environment).includes('readProductionData')) {
    return undefined;
  }
  const policy = new iam.ManagedPolicy(scope, id, {
    managedPolicyName: names.productionDataPolicy(environment.name),
    description: `Reads the data of ${access.chain.production.name} in the workspace of ${environment.name}`,
  });
  const endpoint = StackNetwork.of(scope)?.s3EndpointId;
  const statements = STATEMENTS.readProductionData({ ...access, scope: policy });
  for (const statement of statements) {
    if (endpoint !== undefined && statement.actions.every((action) => action.startsWith('s3:'))) {
      statement.addCondition('StringEquals', { 'aws:SourceVpce': endpoint });
    }
    policy.addStatements(statement);
  }
  if (statements.length === 0) {
    scope.node.tryRemoveChild(id);
    return undefined;
  }
  return policy;
}
