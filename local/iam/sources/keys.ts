import { GetKeyPolicyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { createClient } from '../../core/client';
import { rootCredentials } from '../../core/keys';
import { compilePolicy, type Policy } from '../policy/document';
import { Memory } from './memory';

const CHANGES: ReadonlySet<string> = new Set(['PutKeyPolicy', 'CreateKey', 'CreateAlias', 'UpdateAlias', 'DeleteAlias', 'ScheduleKeyDeletion']);

/** Aliases of one account's keys. */
type Aliases = ReadonlyMap<string, string>;

/** Keys of all accounts: their policies and aliases. */
export class KeyBook {
  private readonly policies = new Memory<Policy>();
  private readonly aliases = new Memory<Aliases>();
  private readonly clients = new Map<string, KMSClient>();

  constructor(private readonly cloud: { readonly endpoint: string; readonly region: string }) {}

  /** ARN of the key that an ARN of a key or of an alias names; an alias that does not exist stays what it is. */
  async keyArn(arn: string): Promise<string> {
    const [, , , region = '', accountId = '', resource = ''] = arn.split(':');
    if (!resource.startsWith('alias/')) {
      return arn;
    }
    const id = (await this.aliasesOf(accountId)).get(resource);
    return id === undefined ? arn : `arn:aws:kms:${region}:${accountId}:key/${id}`;
  }

  /** Names of a key's aliases. */
  async aliasesOfKey(keyArn: string): Promise<string[]> {
    const accountId = keyArn.split(':')[4] ?? '';
    const id = keyArn.slice(keyArn.lastIndexOf('/') + 1);
    return [...await this.aliasesOf(accountId)].filter(([, target]) => target === id).map(([name]) => name);
  }

  /** @returns undefined for a key that does not exist */
  async policyOf(keyArn: string): Promise<Policy | undefined> {
    const accountId = keyArn.split(':')[4] ?? '';
    try {
      return await this.policies.get(keyArn, async () => {
        const { Policy: text } = await this.client(accountId).send(new GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: 'default' }));
        return compilePolicy(text, `policy of key ${keyArn.slice(keyArn.lastIndexOf('/') + 1)}`, 'resource');
      });
    } catch (error) {
      if (error instanceof Error && error.name === 'NotFoundException') {
        return undefined;
      }
      throw error;
    }
  }

  changed(operation: string): void {
    if (CHANGES.has(operation)) {
      this.policies.drop('*');
      this.aliases.drop('*');
    }
  }

  private async aliasesOf(accountId: string): Promise<Aliases> {
    return this.aliases.get(accountId, async () => {
      const found = new Map<string, string>();
      let Marker: string | undefined;
      do {
        const page = await this.client(accountId).send(new ListAliasesCommand({ Marker }));
        (page.Aliases ?? []).forEach(({ AliasName = '', TargetKeyId }) => TargetKeyId !== undefined && found.set(AliasName, TargetKeyId));
        Marker = page.Truncated === true ? page.NextMarker : undefined;
      } while (Marker !== undefined);
      return found;
    });
  }

  private client(accountId: string): KMSClient {
    const known = this.clients.get(accountId);
    if (known !== undefined) {
      return known;
    }
    const made = createClient(KMSClient, this.cloud, rootCredentials(accountId));
    this.clients.set(accountId, made);
    return made;
  }
}
