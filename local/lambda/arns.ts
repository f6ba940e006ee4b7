import { ServiceError } from '../core/service';

export interface FunctionName {
  readonly accountId: string;
  readonly name: string;
  /** Version number, `$LATEST` or an alias. */
  readonly qualifier?: string;
}

const NAME = '[A-Za-z0-9_-]{1,64}';
const QUALIFIER = '[A-Za-z0-9$_-]+';
const FORMS = [
  new RegExp(`^arn:aws[\\w-]*:lambda:[\\w-]+:(?<account>\\d{12}):function:(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`),
  new RegExp(`^(?<account>\\d{12}):function:(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`),
  new RegExp(`^(?<name>${NAME})(?::(?<qualifier>${QUALIFIER}))?$`),
];

/**
 * Reads a function's name, partial ARN or ARN.
 *
 * @param accountId of the caller, for names without an account
 * @throws ServiceError `ValidationException`
 */
export function parseFunctionName(text: string, accountId: string, qualifier?: string): FunctionName {
  const groups = FORMS.map((form) => form.exec(text)?.groups).find((found) => found !== undefined);
  if (groups === undefined) {
    throw new ServiceError('ValidationException', `functionName ${JSON.stringify(text)} is no name, partial ARN or ARN of a Lambda function`);
  }
  if (qualifier !== undefined && groups['qualifier'] !== undefined && groups['qualifier'] !== qualifier) {
    throw new ServiceError('InvalidParameterValueException', `the qualifier ${qualifier} differs from that of ${text}`);
  }
  const found = groups['qualifier'] ?? qualifier;
  return { accountId: groups['account'] ?? accountId, name: groups['name'] ?? '', ...(found === undefined ? {} : { qualifier: found }) };
}

export const functionArn = (region: string, accountId: string, name: string, qualifier?: string): string =>
  `arn:aws:lambda:${region}:${accountId}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;

export const layerArn = (region: string, accountId: string, name: string): string => `arn:aws:lambda:${region}:${accountId}:layer:${name}`;

/** Account, name and version in the ARN of a layer's version. */
export function parseLayerVersion(arn: string): { readonly accountId: string; readonly name: string; readonly version: number } {
  const match = /^arn:aws[\w-]*:lambda:[\w-]+:(\d{12}):layer:([\w-]+):(\d+)$/.exec(arn);
  if (match === null) {
    throw new ServiceError('InvalidParameterValueException', `${JSON.stringify(arn)} is no ARN of a layer version`);
  }
  return { accountId: match[1] ?? '', name: match[2] ?? '', version: Number(match[3]) };
}
