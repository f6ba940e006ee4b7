import * as sdk from '@aws-sdk/client-sts';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { createClient } from '../core/client';
import { parseRoleArn, rootCredentials, type KeyRing } from '../core/keys';
import { ServiceError, type CallContext, type LocalCloud, type LocalService } from '../core/service';

const SESSION_SECONDS = 3600;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/**
 * STS: every key that it issues stands for one session of one role, across accounts.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/
 */
export function createStsService(cloud: LocalCloud, keys: KeyRing): LocalService {
  const roleIds = new Map<string, string>();

  /** The role must exist; what can't be assumed is told apart from what is not there no more than on AWS. */
  const requireRole = async (roleArn: string, context: CallContext): Promise<void> => {
    const { accountId, name } = parseRoleArn(roleArn);
    try {
      await createClient(IAMClient, cloud, rootCredentials(accountId)).send(new GetRoleCommand({ RoleName: name }));
    } catch (error) {
      const reason = error instanceof Error && error.name === 'NoSuchEntityException' ? '' : ` (${String(error)})`;
      const message = `User: ${context.caller.principalArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}${reason}`;
      throw new ServiceError('AccessDenied', message, 403);
    }
  };

  return {
    name: 'sts',
    protocol: 'query',
    sdk,
    operations: {
      AssumeRole: async (input: sdk.AssumeRoleRequest, context: CallContext): Promise<sdk.AssumeRoleResponse> => {
        const { RoleArn: roleArn = '', RoleSessionName: sessionName = '' } = input;
        if (!SESSION_NAME.test(sessionName)) {
          throw new ServiceError('ValidationError', `roleSessionName ${JSON.stringify(sessionName)} must match ${SESSION_NAME.source}`);
        }
        await requireRole(roleArn, context);
        const { credentials, caller, roleId } = keys.issue(roleArn, sessionName);
        roleIds.set(caller.accessKeyId, roleId);
        return {
          Credentials: {
            AccessKeyId: credentials.accessKeyId,
            SecretAccessKey: credentials.secretAccessKey,
            SessionToken: credentials.sessionToken,
            Expiration: new Date(Date.now() + (input.DurationSeconds ?? SESSION_SECONDS) * 1000),
          },
          AssumedRoleUser: { AssumedRoleId: `${roleId}:${sessionName}`, Arn: caller.principalArn },
        };
      },

      GetCallerIdentity: async (_input: sdk.GetCallerIdentityRequest, { caller }: CallContext): Promise<sdk.GetCallerIdentityResponse> => ({
        Account: caller.accountId,
        Arn: caller.principalArn,
        UserId: roleIds.has(caller.accessKeyId) ? `${roleIds.get(caller.accessKeyId)}:${caller.principalArn.split('/').pop()}` : caller.accountId,
      }),
    },
  };
}
