import type { CreateChangeSetInput, CreateStackInput, UpdateStackInput } from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createClient } from '../core/client';
import { actingService } from '../core/keys';
import type { CallContext, Credentials, LocalCloud } from '../core/service';
import { equal } from './diff';
import type { Stack, Target } from './model';
import { rawParameters, resolvedParameters } from './parameters';
import { parseTemplate, templateError, type Value } from './template';

type Request = Pick<CreateChangeSetInput & CreateStackInput & UpdateStackInput,
  'TemplateBody' | 'TemplateURL' | 'UsePreviousTemplate' | 'Parameters' | 'Tags' | 'RoleARN' | 'StackName'>;

/** Bucket and key in the forms of S3 URLs that clients write: path style, or the bucket as host name. */
export function parseTemplateUrl(url: string): { readonly Bucket: string; readonly Key: string } {
  const { hostname, pathname } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  const virtual = /^(.+)\.s3[.-][\w.-]*amazonaws\.com$/.exec(hostname)?.[1] ?? /^(.+)\.localhost$/.exec(hostname)?.[1];
  const slash = path.indexOf('/');
  return virtual === undefined ? { Bucket: path.slice(0, slash), Key: path.slice(slash + 1) } : { Bucket: virtual, Key: path };
}

async function templateText(request: Request, stack: Stack | undefined, cloud: LocalCloud, credentials: Credentials): Promise<string> {
  if (request.TemplateBody !== undefined) {
    return request.TemplateBody;
  }
  if (request.UsePreviousTemplate === true && stack?.current !== undefined) {
    return stack.current.templateText;
  }
  if (request.TemplateURL === undefined) {
    throw templateError('Either Template URL or Template Body must be specified.');
  }
  const client = createClient(S3Client, cloud, credentials);
  try {
    const { Body } = await client.send(new GetObjectCommand(parseTemplateUrl(request.TemplateURL)));
    return await (Body as { transformToString(): Promise<string> }).transformToString();
  } catch (error) {
    throw templateError(`${request.TemplateURL} can't be read: ${(error as Error).message}`);
  } finally {
    client.destroy();
  }
}

/** What a request asks a stack to become. */
export async function targetOf(request: Request, stack: Stack | undefined, context: CallContext, cloud: LocalCloud): Promise<Target> {
  const credentials = { accessKeyId: context.caller.accessKeyId, secretAccessKey: 'not-checked' };
  const text = await templateText(request, stack, cloud, credentials);
  const template = parseTemplate(text);
  const parameters = rawParameters(template, request.Parameters ?? [], stack?.current?.parameters ?? {});
  const roleArn = request.RoleARN ?? stack?.current?.roleArn;
  // With a role, CloudFormation reads parameters as that role; the template it reads as whoever calls.
  const reader = roleArn === undefined
    ? credentials
    : cloud.credentialsOf(roleArn, 'AWSCloudFormation', actingService('cloudformation', context.accountId, stack?.id ?? `arn:aws:cloudformation:${context.region}:${context.accountId}:stack/${request.StackName}/*`));
  return {
    templateText: text,
    template,
    parameters,
    resolvedParameters: await resolvedParameters(template, parameters, cloud, reader),
    tags: request.Tags ?? stack?.current?.tags ?? [],
    roleArn,
  };
}

/** Whether a target is what the stack already is. */
export function isSame(before: Target | undefined, after: Target): boolean {
  const comparable = ({ template, resolvedParameters: values, tags }: Target): Value =>
    JSON.parse(JSON.stringify([template, values, [...tags].sort((a, b) => (a.Key ?? '').localeCompare(b.Key ?? ''))])) as Value;
  return before !== undefined && equal(comparable(before), comparable(after));
}
