import * as iam from 'aws-cdk-lib/aws-iam';
import type { Stage } from '../../lambda/shared/registry/contract';

/**
 * Lets a program move versions to some stages and change nothing else that counts: SageMaker's condition keys tell the stage and the approval that a call asks for, and it must ask for no
 * approval.
 *
 * @param stages to which versions may be moved
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
 */
export const changeStages = (packagesArn: string, stages: readonly Stage[]): iam.PolicyStatement =>
  new iam.PolicyStatement({
    sid: 'ChangeStages',
    actions: ['sagemaker:UpdateModelPackage'],
    resources: [packagesArn],
    conditions: { StringEquals: { 'sagemaker:ModelLifeCycle:stage': [...stages] }, Null: { 'sagemaker:ModelApprovalStatus': 'true' } },
  });
