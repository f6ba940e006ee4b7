import { StateError } from '../../errors';
import { resolveResource } from '../../integrations/resource';
import type { Visit } from '../visit';

/**
 * Calls S3 under the role of the machine, as a Distributed Map itself does.
 *
 * @param failed makes the failure of the state out of the reason
 */
export async function callS3(
  { place: { execution, signal } }: Visit,
  action: 'getObject' | 'listObjectsV2' | 'putObject',
  args: Readonly<Record<string, unknown>>,
  failed: (why: string) => StateError,
): Promise<Readonly<Record<string, unknown>>> {
  const integration = await resolveResource(`arn:aws:states:::aws-sdk:s3:${action}`);
  if (typeof integration === 'string') {
    throw new Error(integration);
  }
  try {
    return (await execution.tasks({
      integration, arguments: args, roleArn: execution.roleArn, executionArn: execution.arn, stateMachineArn: execution.stateMachineArn, signal, submitted: () => undefined,
    })) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw error instanceof StateError ? failed(`${error.error ?? 'Error'}: ${error.causeText ?? ''}`) : error;
  }
}
