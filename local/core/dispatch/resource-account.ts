/** Where a forwarded call names the resource that it is about, by service: a member of a JSON body or a form parameter. */
const RESOURCE_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  kms: ['KeyId'],
  dynamodb: ['TableName', 'ResourceArn'],
  sns: ['TopicArn', 'TargetArn'],
  sqs: ['QueueUrl'],
  ssm: ['Name'],
  ecr: ['registryId'],
};

const accountIn = (reference: string): string | undefined =>
  /^arn:[^:]+:[^:]*:[^:]*:(\d{12}):/.exec(reference)?.[1] ?? /^https?:\/\/[^/]+\/(\d{12})\//.exec(reference)?.[1] ?? /^(\d{12})$/.exec(reference)?.[1];

function member(body: string, name: string): string | undefined {
  if (body.startsWith('{')) {
    try {
      const value: unknown = (JSON.parse(body) as Readonly<Record<string, unknown>>)[name];
      return typeof value === 'string' ? value : undefined;
    } catch {
      return undefined;
    }
  }
  return new URLSearchParams(body).get(name) ?? undefined;
}

/**
 * The account in which a call happens: that of the resource when the call names one of another account, else the caller's.
 */
export function resourceAccount(service: string, body: string, callerAccount: string): string {
  for (const name of RESOURCE_MEMBERS[service] ?? []) {
    const account = accountIn(member(body, name) ?? '');
    if (account !== undefined) {
      return account;
    }
  }
  return callerAccount;
}
