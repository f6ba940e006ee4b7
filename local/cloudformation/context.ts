import { randomBytes } from 'node:crypto';
import type { ClientConfig } from '../core/client';
import { createClient } from '../core/client';
import type { Credentials } from '../core/service';
import { ServiceError } from '../core/service';
import type { ResourceContext } from './resources/handler';
import type { Stack, Target } from './model';

const NAME_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const RANDOM_LENGTH = 12;

const randomEnd = (): string => [...randomBytes(RANDOM_LENGTH)].map((byte) => NAME_ALPHABET[byte % NAME_ALPHABET.length]).join('');

function physicalName(stackName: string, logicalId: string, limit: number): string {
  const room = limit - RANDOM_LENGTH - 2;
  const half = Math.floor(room / 2);
  const stack = stackName.slice(0, Math.max(half, room - logicalId.length));
  return `${stack}-${logicalId.slice(0, room - stack.length)}-${randomEnd()}`;
}

/** Clients and calls of one stack operation, all with the same credentials. */
export class Session {
  private readonly clients = new Map<unknown, { destroy?(): void }>();

  constructor(private readonly cloud: { readonly endpoint: string; readonly region: string }, private readonly credentials: Credentials) {}

  client<C>(Client: new (config: ClientConfig) => C): C {
    const known = this.clients.get(Client);
    if (known !== undefined) {
      return known as C;
    }
    const made = createClient(Client, this.cloud, this.credentials, 2);
    this.clients.set(Client, made as { destroy?(): void });
    return made;
  }

  close(): void {
    this.clients.forEach((client) => client.destroy?.());
  }

  /** A call without an SDK package. The local AWS reads the credential scope, not the signature. */
  async call(service: string, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
    const scope = `${this.credentials.accessKeyId}/20260101/${this.cloud.region}/${service}/aws4_request`;
    const answer = await fetch(`${this.cloud.endpoint}/`, {
      method: 'POST',
      headers: { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${scope}` },
      body,
    });
    const text = await answer.text();
    if (!answer.ok) {
      const code = /<Code>(.*?)<\/Code>/s.exec(text)?.[1] ?? /"__type":\s*"(?:[^"]*#)?([^"]+)"/.exec(text)?.[1] ?? `${service} answered ${answer.status}`;
      const message = /<Message>(.*?)<\/Message>/s.exec(text)?.[1] ?? /"[mM]essage":\s*"([^"]*)"/.exec(text)?.[1] ?? text.slice(0, 300);
      throw new ServiceError(code, message, answer.status);
    }
    return text;
  }
}

export function createContext(session: Session, cloud: { readonly endpoint: string }, stack: Stack, target: Pick<Target, 'tags'>, logicalId: string): ResourceContext {
  return {
    endpoint: cloud.endpoint,
    accountId: stack.accountId,
    region: stack.region,
    stackName: stack.name,
    stackId: stack.id,
    logicalId,
    tags: target.tags.map(({ Key, Value }) => ({ Key: Key ?? '', Value: Value ?? '' })),
    generateName: (limit, style) => {
      const name = physicalName(stack.name, logicalId, limit);
      return style === 'lower' ? name.toLowerCase() : name;
    },
    client: (Client) => session.client(Client),
    async callJson(service, operation, input) {
      const text = await session.call(service, { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': operation }, JSON.stringify(input));
      return text === '' ? {} : JSON.parse(text) as Readonly<Record<string, unknown>>;
    },
    async callQuery(service, version, action, parameters) {
      const body = new URLSearchParams({ Action: action, Version: version, ...parameters }).toString();
      return session.call(service, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body);
    },
  };
}
