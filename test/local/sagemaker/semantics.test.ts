import type { UpdateEndpointInput } from '@aws-sdk/client-sagemaker';
import type { EndpointConfig } from '../../../local/sagemaker/endpoints/configs';
import { EndpointConfigs } from '../../../local/sagemaker/endpoints/configs';
import type { Models } from '../../../local/sagemaker/endpoints/models';
import { nextVariants } from '../../../local/sagemaker/endpoints/operations';
import { RegistryBook } from '../../../local/sagemaker/registry/book';
import { groupOperations } from '../../../local/sagemaker/registry/groups';
import { ModelPackages } from '../../../local/sagemaker/registry/packages';
import { Tags } from '../../../local/sagemaker/core/tags';
import type { Operation } from '../../../local/core/service';
import { fakeCloud, fakeContext } from '../../support/fake-cloud';

type Operations = Readonly<Record<string, Operation>>;

const call = (operations: Operations, name: string, input: object): Promise<object | void> => {
  const operation = operations[name] as ((input: object, context: object) => Promise<object | void>) | undefined;
  return operation === undefined ? Promise.reject(new Error(`no operation ${name}`)) : operation(input, fakeContext());
};

describe('an update of an endpoint', () => {
  const endpoint = { name: 'prod-employment', variants: new Map([['AllTraffic', { weight: 0.5, instances: 4 }]]) };
  const config = (...names: string[]): EndpointConfig => ({
    name: 'v2', arn: 'v2', creationTime: new Date(), input: { EndpointConfigName: 'v2', ProductionVariants: [] },
    variants: names.map((VariantName) => ({ VariantName, ModelName: 'm', InitialInstanceCount: 2, InitialVariantWeight: 1 })),
  });
  const update = (more: Partial<UpdateEndpointInput> = {}) =>
    nextVariants(endpoint, config('AllTraffic'), { EndpointName: 'prod-employment', EndpointConfigName: 'v2', ...more }).get('AllTraffic');

  test('falls back to the size in the configuration unless told to keep what autoscaling made of it', () => {
    expect(update()).toEqual({ weight: 1, instances: 2 });
    expect(update({ RetainAllVariantProperties: true })).toEqual({ weight: 0.5, instances: 4 });
  });

  test('keeps all properties but those that are excluded', () => {
    expect(update({ RetainAllVariantProperties: true, ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredWeight' }] })).toEqual({ weight: 1, instances: 4 });
  });

  test.each([[['Other']], [['AllTraffic', 'Shadow']]])('needs the same variants, not %j', (names) => {
    expect(() => nextVariants(endpoint, config(...names), { EndpointName: 'prod-employment', EndpointConfigName: 'v2' })).toThrow(
      'a blue/green update of prod-employment needs the same as now: AllTraffic',
    );
  });
});

describe('an endpoint configuration', () => {
  const configs = (user?: string): Operations =>
    new EndpointConfigs({ get: () => ({}) } as unknown as Models, new Tags(), () => user).operations();
  const input = { EndpointConfigName: 'c', ProductionVariants: [{ VariantName: 'v', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }] };

  test('is never made twice, and can be made anew when it is gone', async () => {
    const operations = configs();
    await call(operations, 'CreateEndpointConfig', input);
    await expect(call(operations, 'CreateEndpointConfig', input)).rejects.toMatchObject({ code: 'ValidationException', message: expect.stringContaining('already existing') as string });
    await call(operations, 'DeleteEndpointConfig', { EndpointConfigName: 'c' });
    await call(operations, 'CreateEndpointConfig', input);
  });

  test('stays while an endpoint uses it or is on its way to it', async () => {
    const operations = configs('prod-employment');
    await call(operations, 'CreateEndpointConfig', input);
    await expect(call(operations, 'DeleteEndpointConfig', { EndpointConfigName: 'c' })).rejects.toMatchObject({
      code: 'ValidationException', message: expect.stringContaining('the endpoint prod-employment uses it') as string,
    });
  });

  test('names each variant once', async () => {
    const twice = { ...input, ProductionVariants: [...input.ProductionVariants, ...input.ProductionVariants] };
    await expect(call(configs(), 'CreateEndpointConfig', twice)).rejects.toThrow('names a variant twice');
  });
});

describe('names in the registry', () => {
  const registry = (): Operations => {
    const [book, tags] = [new RegistryBook(), new Tags()];
    return { ...groupOperations(book, tags), ...new ModelPackages(fakeCloud(), book, tags).operations() };
  };

  test('of packages are unique in an account', async () => {
    const operations = registry();
    await call(operations, 'CreateModelPackage', { ModelPackageName: 'single' });
    await expect(call(operations, 'CreateModelPackage', { ModelPackageName: 'single' })).rejects.toThrow('already exists');
  });

  test('of groups are unique too', async () => {
    const operations = registry();
    await call(operations, 'CreateModelPackageGroup', { ModelPackageGroupName: 'prod-employment' });
    await expect(call(operations, 'CreateModelPackageGroup', { ModelPackageGroupName: 'prod-employment' })).rejects.toMatchObject({ code: expect.any(String) as string });
  });
});
