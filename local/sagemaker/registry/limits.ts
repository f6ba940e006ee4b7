import type { MetadataProperties, ModelPackageModelCard } from '@aws-sdk/client-sagemaker';
import { compilePolicy } from '../../iam/policy/document';
import { errors, oneOf } from '../core/errors';

/** Limits of the registry that the SDK's schemas do not know. */

const METADATA_ENTRIES = 50;
const METADATA_KEY = 128;
const METADATA_VALUE = 256;
const METADATA_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const PROPERTY_LENGTH = 1024;
const CARD_LENGTH = 100_000;
const POLICY_LENGTH = 20_480;

export const APPROVALS = ['Approved', 'Rejected', 'PendingManualApproval'] as const;
const CARD_STATUSES = ['Draft', 'PendingReview', 'Approved', 'Archived'];

function checkText(what: string, text: string, limit: number): void {
  if (text.length > limit) {
    throw errors.invalid(`${what} has ${text.length} characters; the limit is ${limit}`);
  }
  if (!METADATA_CHARACTERS.test(text)) {
    throw errors.invalid(`${what} is ${JSON.stringify(text)}; allowed are letters, digits, spaces and _ . : / = + - @`);
  }
}

export function checkCustomerMetadata(metadata: Readonly<Record<string, string>> | undefined): void {
  const entries = Object.entries(metadata ?? {});
  if (metadata !== undefined && (entries.length < 1 || entries.length > METADATA_ENTRIES)) {
    throw errors.invalid(`CustomerMetadataProperties has ${entries.length} entries; allowed are 1 to ${METADATA_ENTRIES}`);
  }
  for (const [key, value] of entries) {
    checkText(`the key ${JSON.stringify(key)} of CustomerMetadataProperties`, key, METADATA_KEY);
    checkText(`CustomerMetadataProperties.${key}`, value, METADATA_VALUE);
  }
}

export function checkMetadataProperties(properties: MetadataProperties | undefined): void {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (String(value).length > PROPERTY_LENGTH) {
      throw errors.invalid(`MetadataProperties.${name} has ${String(value).length} characters; the limit is ${PROPERTY_LENGTH}`);
    }
  }
}

export function checkModelCard(card: ModelPackageModelCard | undefined): void {
  const content = card?.ModelCardContent;
  oneOf('modelCard.modelCardStatus', card?.ModelCardStatus, CARD_STATUSES);
  if (content === undefined) {
    return;
  }
  if (content.length > CARD_LENGTH) {
    throw errors.invalid(`ModelCard.ModelCardContent has ${content.length} characters; the limit is ${CARD_LENGTH}`);
  }
  try {
    JSON.parse(content);
  } catch (error) {
    throw errors.invalid(`ModelCard.ModelCardContent is no JSON: ${(error as Error).message}`);
  }
}

export function checkDescription(name: string, text: string | undefined): void {
  if ((text?.length ?? 0) > PROPERTY_LENGTH) {
    throw errors.invalid(`${name} has ${text?.length} characters; the limit is ${PROPERTY_LENGTH}`);
  }
}

/** @param policy JSON of the policy of the group of this name */
export function checkGroupPolicy(group: string, policy: string): void {
  if (policy.length > POLICY_LENGTH) {
    throw errors.invalid(`Invalid resource policy of ${group}: the policy has ${policy.length} characters; the limit is ${POLICY_LENGTH}`);
  }
  try {
    compilePolicy(policy, `policy of ${group}`, 'resource');
  } catch (error) {
    throw errors.invalid(`Invalid resource policy of ${group}: ${(error as Error).message}`);
  }
}
