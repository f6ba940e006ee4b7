import { ServiceError } from '../../core/service';

/** The error codes of SageMaker's control plane, by what they mean. Most misuse is a `ValidationException`, also most missing things. */
export const errors = {
  invalid: (message: string): ServiceError => new ServiceError('ValidationException', message),
  notFound: (message: string): ServiceError => new ServiceError('ResourceNotFound', message),
  inUse: (message: string): ServiceError => new ServiceError('ResourceInUse', message),
  conflict: (message: string): ServiceError => new ServiceError('ConflictException', message),
  limit: (message: string): ServiceError => new ServiceError('ResourceLimitExceeded', message),
  /** A documented feature of SageMaker that is not rehearsed here. */
  unsupported: (what: string): ServiceError => new ServiceError('UnsupportedOperation', `sagemaker: ${what} is not supported by the local AWS`, 501),
};

/** Refuses members that would change behaviour and that nothing here acts on. */
export function refuse(operation: string, input: object, members: readonly string[]): void {
  const present = members.find((name) => (input as Readonly<Record<string, unknown>>)[name] !== undefined);
  if (present !== undefined) {
    throw errors.unsupported(`${operation} with ${present}`);
  }
}

/** Holds a value to SageMaker's enumeration, which the SDK's schemas do not know. */
export function oneOf(member: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw errors.invalid(`Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`);
  }
}

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;

/** Holds a name to SageMaker's pattern: letters, digits and inner hyphens. */
export function checkName(member: string, value: string, maximum = 63): void {
  if (value.length > maximum) {
    throw errors.invalid(`Value '${value}' at '${member}' has ${value.length} characters; the limit is ${maximum}`);
  }
  if (!NAME.test(value)) {
    throw errors.invalid(`Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME.source}`);
  }
}
