import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { acknowledgeWildcard } from '../policies/wildcards';

/** Objects of one bucket under one prefix. */
export interface ObjectAccess {
  readonly bucketName: string;
  /** Ends in a slash, or names one object. */
  readonly prefix: string;
  /** S3 actions on objects, e.g. `s3:GetObject`. */
  readonly actions: readonly string[];
  /** Why the objects' names can't be told beforehand, for the reviewer. */
  readonly reason: string;
}

/** Statement that allows actions on the objects under a prefix; the wildcard in its ARN is acknowledged on `scope`. */
export function allowObjects(scope: IConstruct, access: ObjectAccess): iam.PolicyStatement {
  const wildcard = access.prefix === '' || access.prefix.endsWith('/');
  const resource = bucketArn(scope, access.bucketName, `${access.prefix}${wildcard ? '*' : ''}`);
  if (wildcard) {
    acknowledgeWildcard(scope, resource, access.reason);
  }
  return new iam.PolicyStatement({ actions: [...access.actions], resources: [resource] });
}

/** Statement that allows listing the keys under prefixes, by which a reader can tell a missing object from a forbidden one. */
export function allowListing(scope: IConstruct, bucketName: string, prefixes: readonly string[], actions = ['s3:ListBucket']): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions,
    resources: [bucketArn(scope, bucketName)],
    conditions: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
  });
}

/** ARN of a bucket, or of the objects with a key. */
export function bucketArn(scope: IConstruct, bucketName: string, key?: string): string {
  return Stack.of(scope).formatArn({ service: 's3', region: '', account: '', resource: bucketName, resourceName: key });
}
