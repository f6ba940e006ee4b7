import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { names, type Place } from '../config/names';

/** Properties of {@link SigningKey}. */
export interface SigningKeyProps {
  readonly place: Place;
  readonly model: string;
  /** Accounts that verify verdicts, beside this one. */
  readonly verifiers: readonly string[];
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Asymmetric key that signs the verdicts of one gate. Its policy leaves nothing but administration to the policies of the account: no identity policy
 * there can let another role sign. Whoever changes this policy is in the audit trail.
 */
export class SigningKey extends Construct {
  public readonly key: kms.Key;

  constructor(scope: Construct, id: string, { place, model, verifiers, removalPolicy }: SigningKeyProps) {
    super(scope, id);
    const account = new iam.AccountPrincipal(place.account);
    this.key = new kms.Key(this, 'Resource', {
      alias: names.signingKeyAlias(place.environment, model),
      description: `Signs qualification verdicts of ${model} in ${place.environment}`,
      keySpec: kms.KeySpec.ECC_NIST_P256,
      keyUsage: kms.KeyUsage.SIGN_VERIFY,
      pendingWindow: Duration.days(30),
      removalPolicy,
      policy: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({ sid: 'Administration', principals: [account], actions: ADMINISTRATION, resources: ['*'] }),
          new iam.PolicyStatement({
            sid: 'Verification',
            principals: [...new Set([place.account, ...verifiers])].map((verifier) => new iam.AccountPrincipal(verifier)),
            actions: ['kms:Verify', 'kms:GetPublicKey', 'kms:DescribeKey'],
            resources: ['*'],
          }),
        ],
      }),
    });
  }

  /** Permits one role to sign; nobody else may. */
  public allowSigning(role: iam.IRole): void {
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({ sid: 'Signing', principals: [new iam.ArnPrincipal(role.roleArn)], actions: ['kms:Sign'], resources: ['*'] }),
    );
  }
}

/** Everything that administers a key, and nothing that uses it. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListAliases',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];
