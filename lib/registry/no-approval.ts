import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * Keeps a program that writes to the registry from approving, whatever it is told to write: separation of duties holds by policy, not by code alone.
 *
 * @param action the one API of the registry that the program may call
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html, key `sagemaker:ModelApprovalStatus`
 */
export const denyApproval = (action: 'sagemaker:CreateModelPackage' | 'sagemaker:UpdateModelPackage', packagesArn: string): iam.PolicyStatement =>
  new iam.PolicyStatement({
    sid: 'ApprovesNothing',
    effect: iam.Effect.DENY,
    actions: [action],
    resources: [packagesArn],
    conditions: { StringEquals: { 'sagemaker:ModelApprovalStatus': 'Approved' } },
  });
