import type { FunctionConfiguration, FunctionEventInvokeConfig, FunctionUrlConfig } from '@aws-sdk/client-lambda';
import { ServiceError } from '../core/service';
import { functionArn, parseFunctionName, parseLayerVersion } from './arns';
import type { CodePackage } from './code';

export const LATEST = '$LATEST';

/** One runnable state of a function: `$LATEST`, or a published version that never changes. */
export interface Revision {
  readonly configuration: FunctionConfiguration;
  readonly code: CodePackage;
  readonly layers: readonly CodePackage[];
}

export interface Alias {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly revisionId: string;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly [member: string]: unknown;
}

export interface LocalFunction {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  latest: Revision;
  readonly versions: Map<string, Revision>;
  lastVersion: number;
  readonly aliases: Map<string, Alias>;
  readonly tags: Map<string, string>;
  /** Statements by qualifier; the empty one is the function itself. */
  readonly policies: Map<string, PolicyStatement[]>;
  readonly urls: Map<string, FunctionUrlConfig & { readonly id: string }>;
  readonly eventInvoke: Map<string, FunctionEventInvokeConfig>;
  reservedConcurrency?: number;
}

export interface LayerVersion {
  readonly arn: string;
  readonly layerArn: string;
  readonly version: number;
  readonly accountId: string;
  readonly name: string;
  readonly code: CodePackage;
  readonly description?: string;
  readonly createdDate: string;
  readonly compatibleRuntimes?: readonly string[];
  readonly compatibleArchitectures?: readonly string[];
  readonly licenseInfo?: string;
}

/** What a call names: the function, which of its states, and under which ARN. */
export interface Target {
  readonly fn: LocalFunction;
  readonly revision: Revision;
  /** Version number or `$LATEST`. */
  readonly version: string;
  readonly invokedArn: string;
  readonly qualifier?: string;
}

const missing = (arn: string): ServiceError => new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404, { Type: 'User' });

/** Functions and layers of all accounts. */
export class Store {
  readonly functions = new Map<string, LocalFunction>();
  readonly layers = new Map<string, LayerVersion>();
  readonly layerCounts = new Map<string, number>();

  constructor(private readonly region: string) {}

  /** @throws ServiceError `ResourceNotFoundException` */
  find(text: string, accountId: string, qualifier?: string): LocalFunction {
    const parsed = parseFunctionName(text, accountId, qualifier);
    const arn = functionArn(this.region, parsed.accountId, parsed.name);
    const found = this.functions.get(arn);
    if (found === undefined) {
      throw missing(arn);
    }
    return found;
  }

  /** @throws ServiceError `ResourceNotFoundException` also for a version or alias that is not there */
  target(text: string, accountId: string, given?: string): Target {
    const fn = this.find(text, accountId, given);
    const { qualifier } = parseFunctionName(text, accountId, given);
    const invokedArn = qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}`;
    const version = qualifier === undefined ? LATEST : fn.aliases.get(qualifier)?.version ?? qualifier;
    const revision = version === LATEST ? fn.latest : fn.versions.get(version);
    if (revision === undefined) {
      throw missing(invokedArn);
    }
    return { fn, revision, version, invokedArn, ...(qualifier === undefined ? {} : { qualifier }) };
  }

  /** @throws ServiceError `InvalidParameterValueException` */
  layer(arn: string): LayerVersion {
    parseLayerVersion(arn);
    const found = this.layers.get(arn);
    if (found === undefined) {
      throw new ServiceError('InvalidParameterValueException', `Layer version ${arn} does not exist.`);
    }
    return found;
  }
}
