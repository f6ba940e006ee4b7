import * as sdk from '@aws-sdk/client-sts';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { createClient } from '../core/client';
import { showsSecondFactor } from '../iam/actions/sts';
import { parseRoleArn, rootCredentials, type KeyRing } from '../core/keys';
import { ServiceError, type CallContext, type LocalCloud, type LocalService } from '../core/service';

const SESSION_SECONDS = 3600;
/** Sessions of sessions last an hour at most. */
const CHAINED_SECONDS = 3600;
const LEAST_SECONDS = 900;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

function checkDuration(seconds: number, longest: number, chained: boolean): void {
  if (seconds < LEAST_SECONDS || seconds > longest) {
    throw new ServiceError('ValidationError', `The requested DurationSeconds ${seconds} exceeds the MaxSessionDuration set for this role (${longest}), or is below ${LEAST_SECONDS}.`);
  }
  if (chained && seconds > CHAINED_SECONDS) {
    throw new ServiceError('ValidationError', `The requested DurationSeconds ${seconds} exceeds the 1 hour session limit for roles assumed by role chaining`);
  }
}

/**
 * STS: every key that it issues stands for one session of one role, across accounts. A second factor is any device with any six digits: whoever can
 * call the local AWS has it, and policies see that it was shown.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/
 */
export function createStsService(cloud: LocalCloud, keys: KeyRing): LocalService {
  const roleIds = new Map<string, string>();

  /** The role must exist; what can't be assumed is told apart from what is not there no more than on AWS. @returns how long its sessions may last */
  const requireRole = async (roleArn: string, context: CallContext): Promise<number> => {
    const { accountId, name } = parseRoleArn(roleArn);
    try {
      const { Role } = await createClient(IAMClient, cloud, rootCredentials(accountId)).send(new GetRoleCommand({ RoleName: name }));
      return Role?.MaxSessionDuration ?? SESSION_SECONDS;
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
        if (input.PolicyArns !== undefined || input.ProvidedContexts !== undefined) {
          throw new ServiceError('UnsupportedOperation', 'AssumeRole with PolicyArns or ProvidedContexts is not supported by the local AWS; give the session a Policy', 501);
        }
        const seconds = input.DurationSeconds ?? SESSION_SECONDS;
        checkDuration(seconds, await requireRole(roleArn, context), context.caller.roleArn !== undefined);
        const expires = Date.now() + seconds * 1000;
        const session = {
          expires,
          mfa: showsSecondFactor({ ...input }),
          tags: Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
          ...(input.Policy === undefined ? {} : { policy: input.Policy }),
        };
        const { credentials, caller, roleId } = keys.issue(roleArn, sessionName, { session });
        roleIds.set(caller.accessKeyId, roleId);
        return {
          Credentials: {
            AccessKeyId: credentials.accessKeyId,
            SecretAccessKey: credentials.secretAccessKey,
            SessionToken: credentials.sessionToken,
            Expiration: new Date(expires),
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
