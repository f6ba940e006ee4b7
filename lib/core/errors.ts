import { UnscopedValidationError, ValidationError } from 'aws-cdk-lib';

type ErrorCode = ConstructorParameters<typeof ValidationError>[0];

/**
 * Stable code of a validation error, for searching and for filters: lit`CanaryPercent`.
 *
 * aws-cdk-lib brands the code so that it stands literally in the source; only a tag without placeholders can make one here.
 */
export const lit = (code: TemplateStringsArray): ErrorCode => code.join('') as unknown as ErrorCode;

export { UnscopedValidationError, ValidationError };
