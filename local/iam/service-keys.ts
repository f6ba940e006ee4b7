import type { CheckedCall } from '../core/dispatch/access';
import { ServiceError, type Caller } from '../core/service';
import { arnOf, textAt, type Needed } from './actions/need';
import { keyArn } from './sources/buckets';

/** A service that encrypts for itself with a key of the account, whoever told it to. */
export interface OwnUse {
  /** The service as a caller. */
  readonly caller: Caller;
  readonly needs: readonly Needed[];
  /** What the service answers when the key's policy does not let it in. */
  refused(): ServiceError;
}

interface Row {
  /** Member with the key. */
  readonly key: string;
  /** Member with the name of what is encrypted, and the beginning of its ARN's resource. */
  readonly name: string;
  readonly resource: string;
  readonly principal: (region: string) => string;
  readonly actions: readonly string[];
  readonly encryptionContext: string;
  readonly refused: (arn: string) => ServiceError;
}

const LOG_GROUP: Row = {
  key: 'kmsKeyId',
  name: 'logGroupName',
  resource: 'log-group:',
  principal: (region) => `logs.${region}.amazonaws.com`,
  actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
  encryptionContext: 'kms:EncryptionContext:aws:logs:arn',
  refused: (arn) => new ServiceError('InvalidParameterException', `The specified KMS key does not exist or is not allowed to be used with Arn '${arn}'`),
};

const TRAIL: Row = {
  key: 'KmsKeyId',
  name: 'Name',
  resource: 'trail/',
  principal: () => 'cloudtrail.amazonaws.com',
  actions: ['kms:GenerateDataKey', 'kms:DescribeKey'],
  encryptionContext: 'kms:EncryptionContext:aws:cloudtrail:arn',
  refused: () => new ServiceError('InsufficientEncryptionPolicyException', 'Insufficient permissions to access S3 bucket or KMS key: the key\'s policy does not let CloudTrail encrypt for this trail'),
};

/**
 * By signing name and operation.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
 */
const ROWS: Readonly<Record<string, Row>> = {
  'logs:CreateLogGroup': LOG_GROUP,
  'logs:AssociateKmsKey': LOG_GROUP,
  'cloudtrail:CreateTrail': TRAIL,
  'cloudtrail:UpdateTrail': TRAIL,
};

/** The use of a key for which a call prepares a service: it is tried when the call is made. */
export function ownKeyUse({ caller, region, service, operation, input }: CheckedCall): OwnUse | undefined {
  const row = ROWS[`${service}:${operation}`];
  const key = row === undefined ? undefined : textAt(input, row.key);
  if (row === undefined || key === undefined || key === '') {
    return undefined;
  }
  const { accountId } = caller;
  const arn = arnOf({ accountId, region }, service, `${row.resource}${textAt(input, row.name) ?? ''}`);
  const name = row.principal(region);
  const resource = keyArn(key, region, accountId);
  return {
    caller: { accountId, principalArn: name, accessKeyId: caller.accessKeyId, service: { name, sourceAccount: accountId, sourceArn: arn } },
    needs: row.actions.map((action) => ({ action, resource, context: { [row.encryptionContext]: arn } })),
    refused: () => row.refused(arn),
  };
}
