import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetModelPackageGroupPolicyCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createClient } from '../../core/client';
import { rootCredentials } from '../../core/keys';
import { compilePolicy, type Policy } from '../policy/document';
import { keyArn, type Encryption } from './buckets';
import { Memory } from './memory';

interface Cloud {
  readonly endpoint: string;
  readonly region: string;
}

/** What a resource says of itself. */
interface Facts {
  readonly policy?: string;
  /** Id, ARN or alias of the key that encrypts what it holds. */
  readonly key?: string;
}

type Read = (arn: string, cloud: Cloud) => Promise<Facts>;

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';
const resourceOf = (arn: string): string => arn.split(':').slice(5).join(':');

/** One client per service and account. */
const clients = new WeakMap<Cloud, Map<string, unknown>>();

function client<C>(Client: Parameters<typeof createClient<C>>[0], cloud: Cloud, accountId: string): C {
  const known = clients.get(cloud) ?? new Map<string, unknown>();
  clients.set(cloud, known);
  const id = `${Client.name} ${accountId}`;
  const made = (known.get(id) ?? createClient(Client, cloud, rootCredentials(accountId))) as C;
  known.set(id, made);
  return made;
}

const group = (arn: string): string => `arn:aws:sagemaker:${arn.split(':')[3]}:${accountOf(arn)}:model-package-group/${resourceOf(arn).split('/')[1]}`;

/** What has policies of its own, by the beginning of its ARN's service and resource. */
interface Kind {
  readonly service: string;
  readonly resource: RegExp;
  /** The resource that holds the policy, when it is another one. */
  readonly holder?: (arn: string) => string;
  readonly read: Read;
  /** Operations that change policies or keys, by signing name: all of them are read anew. */
  readonly changes: readonly string[];
}

/** No SDK package of ECR is installed. */
async function repositoryPolicy(arn: string, { endpoint, region }: Cloud): Promise<Facts> {
  const key = rootCredentials(accountOf(arn)).accessKeyId;
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/ecr/aws4_request, SignedHeaders=host, Signature=none`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetRepositoryPolicy',
    },
    body: JSON.stringify({ registryId: accountOf(arn), repositoryName: resourceOf(arn).slice('repository/'.length) }),
  });
  const { policyText, __type: type = '' } = await answer.json() as { readonly policyText?: string; readonly __type?: string };
  return { policy: type.endsWith('RepositoryNotFoundException') ? OPEN_REGISTRY : policyText };
}

const KINDS: readonly Kind[] = [
  {
    service: 'ecr',
    resource: /^repository\//,
    read: repositoryPolicy,
    changes: ['ecr:SetRepositoryPolicy', 'ecr:DeleteRepositoryPolicy', 'ecr:CreateRepository', 'ecr:DeleteRepository'],
  },
  {
    service: 'lambda',
    resource: /^function:/,
    read: async (arn, cloud) => {
      const [, name, Qualifier] = resourceOf(arn).split(':');
      return { policy: (await client(LambdaClient, cloud, accountOf(arn)).send(new GetPolicyCommand({ FunctionName: name, Qualifier }))).Policy };
    },
    changes: ['lambda:AddPermission', 'lambda:RemovePermission', 'lambda:DeleteFunction', 'lambda:DeleteAlias'],
  },
  {
    service: 'sqs',
    resource: /./,
    read: async (arn, cloud) => {
      const QueueUrl = `${cloud.endpoint}/${accountOf(arn)}/${resourceOf(arn)}`;
      const { Attributes } = await client(SQSClient, cloud, accountOf(arn)).send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy', 'KmsMasterKeyId'] }));
      return { policy: Attributes?.Policy, key: Attributes?.KmsMasterKeyId };
    },
    changes: ['sqs:SetQueueAttributes', 'sqs:CreateQueue', 'sqs:DeleteQueue', 'sqs:AddPermission', 'sqs:RemovePermission'],
  },
  {
    service: 'sns',
    resource: /./,
    read: async (arn, cloud) => {
      const { Attributes } = await client(SNSClient, cloud, accountOf(arn)).send(new GetTopicAttributesCommand({ TopicArn: arn }));
      return { policy: Attributes?.Policy, key: Attributes?.KmsMasterKeyId };
    },
    changes: ['sns:SetTopicAttributes', 'sns:CreateTopic', 'sns:DeleteTopic', 'sns:AddPermission', 'sns:RemovePermission'],
  },
  {
    service: 'events',
    resource: /^event-bus\//,
    read: async (arn, cloud) => ({
      policy: (await client(EventBridgeClient, cloud, accountOf(arn)).send(new DescribeEventBusCommand({ Name: resourceOf(arn).slice('event-bus/'.length) }))).Policy,
    }),
    changes: ['events:PutPermission', 'events:RemovePermission', 'events:CreateEventBus', 'events:UpdateEventBus', 'events:DeleteEventBus'],
  },
  {
    service: 'sagemaker',
    resource: /^model-package(-group)?\//,
    holder: group,
    read: async (arn, cloud) => {
      const ModelPackageGroupName = resourceOf(arn).slice('model-package-group/'.length);
      return { policy: (await client(SageMakerClient, cloud, accountOf(arn)).send(new GetModelPackageGroupPolicyCommand({ ModelPackageGroupName }))).ResourcePolicy };
    },
    changes: ['sagemaker:PutModelPackageGroupPolicy', 'sagemaker:DeleteModelPackageGroupPolicy', 'sagemaker:DeleteModelPackageGroup'],
  },
];

/** Registries of AWS, such as the one with SageMaker's images, are no accounts of the local AWS: anybody may pull from them. */
const OPEN_REGISTRY = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: '*', Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'] },
});

/** Errors that say: there is no policy, or not even the resource. */
const ABSENT = /ResourceNotFound|NotFound|NonExistent|DoesNotExist|does not exist|no resource policy|Cannot find/i;

/** Policies and keys of functions, queues, topics, buses and model package groups, read through the services' own APIs. */
export class ResourceBook {
  private readonly known = new Memory<{ readonly policy?: Policy; readonly key?: string }>();

  constructor(private readonly cloud: Cloud) {}

  async policyOf(arn: string): Promise<Policy | undefined> {
    return (await this.of(arn)).policy;
  }

  /** How a topic or queue encrypts its messages. */
  async encryptionOf(arn: string): Promise<Encryption> {
    const { key } = await this.of(arn);
    if (key === undefined || key === '') {
      return 'none';
    }
    return key.startsWith('alias/aws/') ? 'aws' : { keyArn: keyArn(key, this.cloud.region, accountOf(arn)) };
  }

  changed(service: string, operation: string): void {
    const kind = KINDS.find(({ changes }) => changes.includes(`${service}:${operation}`));
    if (kind !== undefined) {
      this.known.drop(`arn:aws:${kind.service}:*`);
    }
  }

  private async of(arn: string): Promise<{ readonly policy?: Policy; readonly key?: string }> {
    const service = arn.split(':')[2];
    const kind = KINDS.find((one) => one.service === service && one.resource.test(resourceOf(arn)));
    if (kind === undefined || arn.includes('*')) {
      return {};
    }
    const holder = kind.holder?.(arn) ?? arn;
    return this.known.get(holder, async () => {
      const { policy, key } = await kind.read(holder, this.cloud).catch((error: unknown): Facts => {
        if (error instanceof Error && (ABSENT.test(error.name) || ABSENT.test(error.message))) {
          return {};
        }
        throw error;
      });
      return { key, ...(policy === undefined || policy === '' ? {} : { policy: compilePolicy(policy, `policy of ${holder}`, 'resource') }) };
    });
  }
}
