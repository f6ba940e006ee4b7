import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { actingService } from '../core/keys';
import type { Credentials, LocalCloud } from '../core/service';
import { fromNetwork } from '../iam/networks';
import type { Revision, Target } from './store';

export const logGroupOf = ({ configuration }: Revision, functionName: string): string => configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`;
/** One stream for all environments of a version: they are few here. */
export const logStreamOf = (version: string): string => `local/[${version}]`;

/** Credentials of a function's role, which must trust Lambda. */
export const roleOf = ({ fn, revision }: Pick<Target, 'fn' | 'revision'>, cloud: LocalCloud): Credentials =>
  cloud.credentialsOf(revision.configuration.Role ?? '', fn.name, fromNetwork(actingService('lambda', fn.accountId, fn.arn), revision.configuration.VpcConfig));

/**
 * Variables of an execution environment: those that AWS documents, those of the configuration, and nothing of this process but PATH.
 *
 * @param scratch folder that stands for `/tmp`
 */
export function environmentOf({ fn, revision, version }: Target, cloud: LocalCloud, scratch: string): Record<string, string> {
  const { configuration, code, layers } = revision;
  const credentials = roleOf({ fn, revision }, cloud);
  mkdirSync(scratch, { recursive: true });
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    HOME: scratch,
    TMPDIR: scratch,
    ...configuration.Environment?.Variables,
    NODE_PATH: [...layers.map(({ folder }) => join(folder, 'nodejs', 'node_modules')), join(code.folder, 'node_modules')].join(delimiter),
    _HANDLER: configuration.Handler ?? '',
    LAMBDA_TASK_ROOT: code.folder,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime ?? 'nodejs24.x'}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(revision, fn.name),
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamOf(version),
    AWS_REGION: fn.region,
    AWS_DEFAULT_REGION: fn.region,
    AWS_ENDPOINT_URL: cloud.endpoint,
    // Node 22 and later then compile a bundle once for all workers.
    NODE_COMPILE_CACHE: join(cloud.folder, 'lambda', 'compiled'),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
  };
}
