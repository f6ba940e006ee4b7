import * as iam from 'aws-cdk-lib/aws-iam';
import type { Stage } from '../../lambda/shared/registry/contract';

/**
 * Lets a program move versions to some stages and change nothing else that counts: SageMaker's condition keys tell the stage that is asked for, the stage that is, and the approval that is asked
 * for, which must be none or the one that is given.
 *
 * @param stages to which versions may be moved
 * @param approval status that the same call sets; none where the program must leave approvals alone
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
 */
export const changeStages = (packagesArn: string, stages: readonly Stage[], approval?: 'Rejected'): iam.PolicyStatement =>
  new iam.PolicyStatement({
    sid: 'ChangeStages',
    actions: ['sagemaker:UpdateModelPackage'],
    resources: [packagesArn],
    conditions: {
      StringEquals: { [StageKeys.ASKED]: [...stages], ...(approval !== undefined && { [APPROVAL]: approval }) },
      ...(approval === undefined && { Null: { [APPROVAL]: 'true' } }),
    },
  });

const APPROVAL = 'sagemaker:ModelApprovalStatus';

/** Condition keys about stages. */
export const StageKeys = {
  /** The stage that a call asks for. */
  ASKED: 'sagemaker:ModelLifeCycle:stage',
  /** The stage of the version before the call. */
  CURRENT: 'sagemaker:CurrentModelLifeCycleStage',
} as const;
