import { Arn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import type { HandlerFunction } from '../core/functions/handler-function';
import { readEnvironmentObjects } from '../core/storage/foreign-objects';
import { allowListing, allowObjects } from '../core/storage/object-access';

/** Why the keys of windows, records and labels hold wildcards. */
export const NAMED_LATER = 'Objects of windows, runs and deliveries: their keys are known only when they arise.';

/** Lets a function read objects of its environment's evidence. */
export function readEvidence({ role }: HandlerFunction, place: Place, prefix: string): void {
  role.addToPolicy(allowObjects(role, { bucketName: names.bucket(place, 'evidence'), prefix, actions: ['s3:GetObject'], reason: NAMED_LATER }));
}

/** Lets a function read the records of the inference log. */
export function readRecords({ role }: HandlerFunction, place: Place, model: string): void {
  const prefix = Layout.inferencePrefix(model);
  role.addToPolicy(allowObjects(role, { bucketName: names.bucket(place, 'inference-log'), prefix, actions: ['s3:GetObject'], reason: NAMED_LATER }));
}

/** Lets a function read windows: their manifests and the records that they name. */
export function readWindows(handler: HandlerFunction, place: Place, model: string): void {
  readEvidence(handler, place, `${model}/monitoring/`);
  readRecords(handler, place, model);
}

/** Lets a function read deliveries of labels, which lie where the model is developed. */
export function readLabels({ role }: HandlerFunction, development: Place, model: string): void {
  const prefix = Layout.labelsPrefix(model);
  const statements = readEnvironmentObjects(role, { owner: development, purpose: 'data', prefix, reason: NAMED_LATER });
  statements.forEach((statement) => role.addToPolicy(statement));
  role.addToPolicy(allowListing(role, names.bucket(development, 'data'), [prefix]));
}

/** Statement on the table with the monitor's history. */
export function useHistory(scope: Construct, place: Place, model: string, actions: readonly ('GetItem' | 'PutItem')[]): iam.PolicyStatement {
  const table = Arn.format({ service: 'dynamodb', resource: 'table', resourceName: names.stateTable(place.environment, model) }, Stack.of(scope));
  return new iam.PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [table] });
}
