import type { SdkModule } from '../../core/schema';
import { StateError } from '../errors';

/** Name of an error class in the AWS SDK for Java 2, from which Step Functions takes its error names. */
function className(shape: string): string {
  const base = shape.endsWith('Fault') ? shape.slice(0, -'Fault'.length) : shape;
  return base.endsWith('Exception') ? base : `${base}Exception`;
}

const isModelled = (sdk: SdkModule, code: string): boolean => {
  const schema = sdk[`${code}$`];
  return Array.isArray(schema) && schema[0] === -3;
};

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/**
 * A failed SDK call as a task's failure: `<Prefix>.<Error>Exception` for errors that the service's model names, `<Prefix>.<Prefix>Exception` for the
 * rest (SageMaker's ValidationException is of this kind), `<Prefix>.SdkClientException` when no answer came.
 */
export function taskError(error: unknown, sdk: SdkModule, prefix: string, javaService: string): StateError {
  const { name = 'Error', message = String(error), $metadata } = error as SdkError;
  if ($metadata?.httpStatusCode === undefined) {
    return new StateError(`${prefix}.SdkClientException`, `${name}: ${message}`, 'task');
  }
  const exception = isModelled(sdk, name) ? className(name) : `${javaService}Exception`;
  const cause = `${message} (Service: ${javaService}, Status Code: ${$metadata.httpStatusCode}, Request ID: ${$metadata.requestId ?? ''})`;
  return new StateError(`${prefix}.${exception}`, cause, 'task');
}
