import * as sdk from '@aws-sdk/client-sagemaker';
import { validateOperation } from '../../../local/core/validate';
import type { CallContext } from '../../../local/core/service';
import { createSageMakerService } from '../../../local/sagemaker';
import { fakeCloud, fakeContext, type FakeCloud } from '../../support/fake-cloud';

const OWNER = '111111111111';
const GUEST = '222222222222';
const specification = { Containers: [{ Image: 'image', ModelDataUrl: 's3://b/model.tar.gz' }], SupportedContentTypes: ['text/csv'], SupportedResponseMIMETypes: ['text/csv'] };

interface Registry {
  readonly cloud: FakeCloud;
  call<T = Record<string, unknown>>(operation: string, input: object, context?: CallContext): Promise<T>;
}

function registry(): Registry {
  const cloud = fakeCloud();
  const service = createSageMakerService(cloud);
  return {
    cloud,
    call: async <T>(operation: string, input: object, context = fakeContext(OWNER)) => (await service.operations[operation]?.(input as never, context)) as T,
  };
}

async function withGroup(): Promise<Registry> {
  const made = registry();
  await made.call('CreateModelPackageGroup', { ModelPackageGroupName: 'prod-Employment' });
  return made;
}

const register = (made: Registry, more: object = {}): Promise<{ ModelPackageArn: string }> =>
  made.call('CreateModelPackage', { ModelPackageGroupName: 'prod-Employment', InferenceSpecification: specification, ...more });

describe('versions', () => {
  test('are counted per group and never given twice', async () => {
    const made = await withGroup();
    const first = await register(made);
    expect(first.ModelPackageArn).toBe(`arn:aws:sagemaker:eu-central-1:${OWNER}:model-package/prod-employment/1`);
    await made.call('DeleteModelPackage', { ModelPackageName: first.ModelPackageArn });
    expect((await register(made)).ModelPackageArn).toMatch(/\/2$/);
  });

  test('are made once for the same token', async () => {
    const made = await withGroup();
    const [first, second] = [await register(made, { ClientToken: 't' }), await register(made, { ClientToken: 't' })];
    expect(second).toEqual(first);
  });

  test('wait for approval unless told otherwise, and say who made them', async () => {
    const made = await withGroup();
    const { ModelPackageArn } = await register(made);
    expect(await made.call('DescribeModelPackage', { ModelPackageName: ModelPackageArn })).toMatchObject({
      ModelApprovalStatus: 'PendingManualApproval', ModelPackageStatus: 'Completed', ModelPackageVersion: 1,
      CreatedBy: { IamIdentity: { Arn: `arn:aws:iam::${OWNER}:root` } },
    });
  });

  test('are listed in the order of their versions, by approval too', async () => {
    const made = await withGroup();
    const { ModelPackageArn } = await register(made);
    await register(made);
    await made.call('UpdateModelPackage', { ModelPackageArn, ModelApprovalStatus: 'Approved' });
    const list = async (input: object): Promise<unknown[]> =>
      (await made.call<{ ModelPackageSummaryList: { ModelPackageVersion: number }[] }>('ListModelPackages', { ModelPackageGroupName: 'prod-Employment', ...input }))
        .ModelPackageSummaryList.map(({ ModelPackageVersion }) => ModelPackageVersion);
    expect(await list({ SortOrder: 'Descending' })).toEqual([2, 1]);
    expect(await list({ ModelApprovalStatus: 'Approved' })).toEqual([1]);
  });
});

describe('an update', () => {
  test('adds and removes metadata, records who approved and why, and sends the documented event', async () => {
    const made = await withGroup();
    const { ModelPackageArn } = await register(made, { CustomerMetadataProperties: { a: '1', b: '2' }, MetadataProperties: { GeneratedBy: 'digest' } });
    const approver = fakeContext(OWNER, `arn:aws:iam::${OWNER}:role/approver`);
    await made.call('UpdateModelPackage', {
      ModelPackageArn, ModelApprovalStatus: 'Approved', ApprovalDescription: 'good', CustomerMetadataProperties: { c: '3' }, CustomerMetadataPropertiesToRemove: ['a'],
    }, approver);
    expect(await made.call('DescribeModelPackage', { ModelPackageName: ModelPackageArn })).toMatchObject({
      ModelApprovalStatus: 'Approved', ApprovalDescription: 'good', CustomerMetadataProperties: { b: '2', c: '3' }, MetadataProperties: { GeneratedBy: 'digest' },
      LastModifiedBy: { IamIdentity: { Arn: `arn:aws:sts::${OWNER}:assumed-role/approver/test` } },
    });
    expect(made.cloud.events.at(-1)).toMatchObject({
      source: 'aws.sagemaker', 'detail-type': 'SageMaker Model Package State Change', account: OWNER, resources: [ModelPackageArn],
      detail: {
        ModelPackageGroupName: 'prod-Employment', ModelPackageVersion: 1, ModelPackageStatus: 'Completed', ModelApprovalStatus: 'Approved', MetadataProperties: { GeneratedBy: 'digest' },
      },
    });
  });

  test('cannot change what a version was made of', async () => {
    const made = await withGroup();
    const { ModelPackageArn } = await register(made);
    await expect(made.call('UpdateModelPackage', { ModelPackageArn, InferenceSpecification: specification })).rejects.toThrow('cannot be changed');
    expect(validateOperation(sdk, 'UpdateModelPackage', { ModelPackageArn, MetadataProperties: {} })).toEqual(['MetadataProperties: unknown member']);
  });
});

describe('limits', () => {
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v']));

  test.each<[string, object, string]>([
    ['51 metadata entries', { CustomerMetadataProperties: many }, 'has 51 entries; allowed are 1 to 50'],
    ['JSON as metadata', { CustomerMetadataProperties: { a: '{"x":1}' } }, 'allowed are letters, digits, spaces and _ . : / = + - @'],
    ['a long value', { CustomerMetadataProperties: { a: 'x'.repeat(257) } }, 'has 257 characters; the limit is 256'],
    ['a long key', { CustomerMetadataProperties: { ['k'.repeat(129)]: 'x' } }, 'has 129 characters; the limit is 128'],
    ['a long commit', { MetadataProperties: { CommitId: 'x'.repeat(1025) } }, 'MetadataProperties.CommitId has 1025 characters'],
    ['a large model card', { ModelCard: { ModelCardContent: `"${'x'.repeat(100_000)}"` } }, 'the limit is 100000'],
    ['a model card that is no JSON', { ModelCard: { ModelCardContent: '{' } }, 'ModelCardContent is no JSON'],
    ['an unknown approval', { ModelApprovalStatus: 'Maybe' }, 'Member must satisfy enum value set: [Approved, Rejected, PendingManualApproval]'],
    ['no container', { InferenceSpecification: { Containers: [] } }, 'holds 0 containers; allowed are 1 to 15'],
    ['a source URI', { SourceUri: 'arn' }, 'CreateModelPackage with SourceUri is not supported'],
  ])('%s is refused', async (_title, more, message) => {
    await expect(register(await withGroup(), more)).rejects.toThrow(message);
  });

  test('S3 URIs, ARNs and digests fit into metadata', async () => {
    const metadata = { uri: 's3://bucket/a_b/c-d.json', arn: 'arn:aws:s3:::b/k', digest: 'sha256=0f+/=' };
    await expect(register(await withGroup(), { CustomerMetadataProperties: metadata })).resolves.toBeDefined();
  });

  test('a group with versions is not deleted', async () => {
    const made = await withGroup();
    await register(made);
    await expect(made.call('DeleteModelPackageGroup', { ModelPackageGroupName: 'prod-Employment' })).rejects.toMatchObject({ code: 'ConflictException' });
  });
});

describe('the policy of a group', () => {
  const statement = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${GUEST}:root` }, Action: 'sagemaker:DescribeModelPackage', Resource: '*' };
  const put = async (made: Registry, ResourcePolicy: string): Promise<unknown> => made.call('PutModelPackageGroupPolicy', { ModelPackageGroupName: 'prod-Employment', ResourcePolicy });

  test('is kept, shown and removed', async () => {
    const made = await withGroup();
    const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await put(made, ResourcePolicy);
    expect(await made.call('GetModelPackageGroupPolicy', { ModelPackageGroupName: 'prod-Employment' })).toEqual({ ResourcePolicy });
    await made.call('DeleteModelPackageGroupPolicy', { ModelPackageGroupName: 'prod-Employment' });
    await expect(made.call('GetModelPackageGroupPolicy', { ModelPackageGroupName: 'prod-Employment' })).rejects.toThrow('Cannot find Model Package Group Policy');
  });

  test.each([
    ['no JSON', '{'],
    ['without a statement', '{}'],
    ['with a statement for nobody', JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Principal: undefined }] })],
    ['too long', JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Sid: 'x'.repeat(21_000) }] })],
  ])('is refused when it is %s', async (_title, policy) => {
    await expect(put(await withGroup(), policy)).rejects.toThrow('Invalid resource policy of prod-Employment');
  });
});
