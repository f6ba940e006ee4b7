import { randomUUID } from 'node:crypto';
import type { AliasConfiguration, CreateAliasRequest, DeleteAliasRequest, GetAliasRequest, ListAliasesRequest, ListAliasesResponse, UpdateAliasRequest } from '@aws-sdk/client-lambda';
import { ServiceError, type CallContext } from '../core/service';
import { LATEST, type Alias, type LocalFunction, type Store } from './store';

const shown = (fn: LocalFunction, alias: Alias): AliasConfiguration => ({
  AliasArn: `${fn.arn}:${alias.name}`, Name: alias.name, FunctionVersion: alias.version, Description: alias.description ?? '', RevisionId: alias.revisionId,
});

/** Operations on aliases; traffic goes to one version (no weights). */
export class Aliases {
  constructor(private readonly store: Store) {}

  readonly create = async (input: CreateAliasRequest, { accountId }: CallContext): Promise<AliasConfiguration> => {
    const fn = this.store.find(input.FunctionName ?? '', accountId);
    const name = input.Name ?? '';
    if (fn.aliases.has(name)) {
      throw new ServiceError('ResourceConflictException', `Alias already exists: ${fn.arn}:${name}`, 409);
    }
    return this.set(fn, name, input);
  };

  readonly get = async ({ FunctionName = '', Name = '' }: GetAliasRequest, { accountId }: CallContext): Promise<AliasConfiguration> => {
    const fn = this.store.find(FunctionName, accountId);
    return shown(fn, this.existing(fn, Name));
  };

  readonly update = async (input: UpdateAliasRequest, { accountId }: CallContext): Promise<AliasConfiguration> => {
    const fn = this.store.find(input.FunctionName ?? '', accountId);
    const before = this.existing(fn, input.Name ?? '');
    return this.set(fn, before.name, { ...input, FunctionVersion: input.FunctionVersion ?? before.version, Description: input.Description ?? before.description });
  };

  readonly delete = async ({ FunctionName = '', Name = '' }: DeleteAliasRequest, { accountId }: CallContext): Promise<void> => {
    this.store.find(FunctionName, accountId).aliases.delete(Name);
  };

  readonly list = async ({ FunctionName = '', FunctionVersion }: ListAliasesRequest, { accountId }: CallContext): Promise<ListAliasesResponse> => {
    const fn = this.store.find(FunctionName, accountId);
    return { Aliases: [...fn.aliases.values()].filter(({ version }) => FunctionVersion === undefined || version === FunctionVersion).map((alias) => shown(fn, alias)) };
  };

  private existing(fn: LocalFunction, name: string): Alias {
    const alias = fn.aliases.get(name);
    if (alias === undefined) {
      throw new ServiceError('ResourceNotFoundException', `Cannot find alias arn: ${fn.arn}:${name}`, 404);
    }
    return alias;
  }

  private set(fn: LocalFunction, name: string, { FunctionVersion = LATEST, Description, RoutingConfig }: Partial<CreateAliasRequest>): AliasConfiguration {
    if (Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0) {
      throw new ServiceError('InvalidParameterValueException', 'RoutingConfig.AdditionalVersionWeights: the local AWS sends an alias to one version');
    }
    if (FunctionVersion !== LATEST && !fn.versions.has(FunctionVersion)) {
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${fn.arn}:${FunctionVersion}`, 404);
    }
    const alias: Alias = { name, version: FunctionVersion, description: Description, revisionId: randomUUID() };
    fn.aliases.set(name, alias);
    return shown(fn, alias);
  }
}
