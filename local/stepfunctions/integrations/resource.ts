import { OPTIMIZED, type Optimized, type Pattern } from './optimized';
import { findAction, SDK_SERVICES } from './services';

/** What a Task's Resource asks for. */
export type Integration =
  | { readonly kind: 'function'; readonly functionArn: string; readonly pattern: 'request' }
  | {
    readonly kind: 'call';
    /** `aws-sdk:sagemaker`, `lambda` ...: `resourceType` of the history. */
    readonly resourceType: string;
    /** `invoke`, `startExecution.sync:2`: `resource` of the history. */
    readonly resource: string;
    readonly service: string;
    readonly action: string;
    readonly pattern: Pattern;
    /** Error names begin with it. */
    readonly prefix: string;
    readonly optimized?: Optimized;
  };

const SUFFIXES: Readonly<Record<string, Pattern>> = { '': 'request', '.sync:2': 'sync', '.waitForTaskToken': 'token' };
const FUNCTION = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const SERVICE = /^arn:aws[\w-]*:states:[\w-]*:(?:\d{12})?:(aws-sdk:)?([\w-]+):(\w+)(\.sync(?::2)?|\.waitForTaskToken)?$/;

const supported = (): string =>
  `supported are Lambda function ARNs, ${Object.keys(OPTIMIZED).map((name) => `arn:aws:states:::${name}`).join(', ')} `
  + `and arn:aws:states:::aws-sdk:<service>:<action> with a service of ${Object.keys(SDK_SERVICES).join(', ')}`;

/**
 * Understands a Resource.
 *
 * @returns the integration, or a sentence why the local AWS does not run it
 */
export async function resolveResource(arn: string): Promise<Integration | string> {
  if (FUNCTION.test(arn)) {
    return { kind: 'function', functionArn: arn, pattern: 'request' };
  }
  const match = SERVICE.exec(arn);
  if (match === null) {
    return `Resource '${arn}' is not supported by the local AWS; ${supported()}`;
  }
  const [, sdk, service = '', action = '', suffix = ''] = match;
  const pattern = SUFFIXES[suffix];
  if (sdk === undefined) {
    const optimized = OPTIMIZED[`${service}:${action}`];
    if (optimized === undefined || pattern === undefined || !optimized.patterns.includes(pattern)) {
      return `Resource '${arn}' is not supported by the local AWS; ${supported()}`;
    }
    return { kind: 'call', resourceType: service, resource: `${action}${suffix}`, service: optimized.service, action, pattern, prefix: optimized.prefix, optimized };
  }
  if (pattern === undefined || pattern === 'sync') {
    return `Resource '${arn}': AWS SDK integrations have no ${suffix}`;
  }
  const known = SDK_SERVICES[service];
  if (known === undefined || (await findAction(service, action)) === undefined) {
    const what = known === undefined ? `service '${service}'` : `action '${action}' of service '${service}'`;
    return `Resource '${arn}': the ${what} is not known to the local AWS; ${supported()}`;
  }
  return { kind: 'call', resourceType: `aws-sdk:${service}`, resource: `${action}${suffix}`, service, action, pattern, prefix: known.prefix };
}
