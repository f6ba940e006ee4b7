import * as sdk from '@aws-sdk/client-sagemaker';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { validateOperation } from '../../core/validate';

type CommandClass = new (input: object) => Parameters<SageMakerClient['send']>[0];

/**
 * Calls an operation of SageMaker by its name.
 *
 * @throws Error that names every problem when the input does not fit the operation's schema
 */
export async function callByName(client: SageMakerClient, operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  const problems = validateOperation(sdk, operation, input);
  if (problems.length > 0) {
    throw Object.assign(new Error(`${operation}: ${problems.join('; ')}`), { name: 'ValidationException' });
  }
  const Command = (sdk as unknown as Readonly<Record<string, CommandClass>>)[`${operation}Command`];
  if (Command === undefined) {
    throw new Error(`the AWS SDK has no operation ${operation}`);
  }
  return (await client.send(new Command(input))) as unknown as Readonly<Record<string, unknown>>;
}
