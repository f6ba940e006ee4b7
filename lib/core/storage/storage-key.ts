import * as iam from 'aws-cdk-lib/aws-iam';

/** Statements for whoever creates jobs, or creates or updates an endpoint: SageMaker encrypts the instances' storage on behalf of the caller, by a grant on this key. */
export const useStorageKey = (keyArn: string): iam.PolicyStatement[] => [
  new iam.PolicyStatement({ actions: ['kms:DescribeKey'], resources: [keyArn] }),
  new iam.PolicyStatement({ actions: ['kms:CreateGrant'], resources: [keyArn], conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } }),
];
