import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { type BucketPurpose, names, type Place } from '../../config/names';
import { acknowledgeWildcard } from '../policies/wildcards';
import { allowObjects } from './object-access';

/** Objects of an environment's bucket, read from a stack of the same or of another account. */
export interface EnvironmentObjects {
  readonly owner: Place;
  readonly purpose: BucketPurpose;
  /** Ends in a slash. */
  readonly prefix: string;
  /** Why the keys can't be told beforehand. */
  readonly reason: string;
}

/**
 * Statements that allow reading objects of an environment's bucket. In the owner's account the key's policy follows S3; from another account the
 * reader must also be allowed to use the key, which only its alias names beforehand.
 */
export function readEnvironmentObjects(scope: IConstruct, { owner, purpose, prefix, reason }: EnvironmentObjects): iam.PolicyStatement[] {
  const objects = allowObjects(scope, { bucketName: names.bucket(owner, purpose), prefix, actions: ['s3:GetObject'], reason });
  return Stack.of(scope).account === owner.account ? [objects] : [objects, useForeignKey(scope, owner, names.keyAlias(owner.environment), ['kms:Decrypt'], 's3')];
}

/** Statement on a key of another account that is known by its alias alone. */
export function useForeignKey(scope: IConstruct, owner: Place, alias: string, actions: readonly string[], through?: 's3'): iam.PolicyStatement {
  const keys = Stack.of(scope).formatArn({ service: 'kms', region: owner.region, account: owner.account, resource: 'key', resourceName: '*' });
  acknowledgeWildcard(scope, keys, `Only the alias ${alias} of the other account's key is known beforehand; the statement's condition admits no other key.`);
  return new iam.PolicyStatement({
    actions: [...actions],
    resources: [keys],
    conditions: {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias },
      ...(through === undefined ? {} : { StringEquals: { 'kms:ViaService': `${through}.${owner.region}.amazonaws.com` } }),
    },
  });
}
