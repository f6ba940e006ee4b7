import { compilePattern } from '../../../local/core/constraints/pattern';
import { assertWithinConstraints, constraintTable, violationsOf } from '../../../local/core/constraints';
import { ownOperations } from '../../../local/inventory/services';

const variant = { VariantName: 'AllTraffic', ModelName: 'm', InitialInstanceCount: 1, InstanceType: 'ml.m5.large' };
const config = { EndpointConfigName: 'c', ProductionVariants: [variant] };

describe('the table of constraints', () => {
  test.each(Object.entries(ownOperations()))('covers what %s answers; else generate.py must run again', (service, operations) => {
    expect(constraintTable(service)?.answered).toEqual(operations);
  });

  test('tells its source and holds only patterns that can be compiled', () => {
    for (const service of Object.keys(ownOperations())) {
      const table = constraintTable(service);
      expect(table?.source).toMatch(/^botocore \d+\.\d+\.\d+, \w+ \d{4}-\d{2}-\d{2}$/);
      Object.values(table?.shapes ?? {}).forEach(({ pattern }) => pattern !== undefined && compilePattern(pattern));
    }
  });
});

describe('an input', () => {
  test('within its bounds passes', () => {
    expect(violationsOf('sagemaker', 'CreateEndpointConfig', config)).toEqual([]);
  });

  test.each([
    ['a pattern', 'sagemaker', 'CreateEndpoint', { EndpointName: 'a_b', EndpointConfigName: 'c' },
      "Value 'a_b' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"],
    ['a length', 'states', 'StartExecution', { stateMachineArn: 'arn', name: 'x'.repeat(81) },
      `Value '${'x'.repeat(81)}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80`],
    ['an enumeration', 'scheduler', 'CreateSchedule', { Name: 'n', State: 'ON' },
      "Value 'ON' at 'state' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]"],
    ['a bound of a number', 'lambda', 'CreateFunction', { FunctionName: 'f', Timeout: 0 },
      "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1"],
    ['a number of elements', 'sagemaker', 'CreateEndpointConfig', { ...config, ProductionVariants: [] },
      "Value '[]' at 'productionVariants' failed to satisfy constraint: Member must have length greater than or equal to 1"],
    ['a member of a structure in a list', 'sagemaker', 'CreateEndpointConfig', { ...config, ProductionVariants: [variant, { ...variant, InitialVariantWeight: -1 }] },
      "Value '-1' at 'productionVariants.2.member.initialVariantWeight' failed to satisfy constraint: Member must have value greater than or equal to 0"],
    ['an element of a list', 'events', 'RemoveTargets', { Rule: 'r', Ids: ['good', 'not good'] },
      "Value '[good, not good]' at 'ids' failed to satisfy constraint: Member must satisfy constraint: "
        + '[Member must have length less than or equal to 64, Member must have length greater than or equal to 1, '
        + 'Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+]'],
    ['a value of a map', 'sagemaker', 'CreateModelPackage', { CustomerMetadataProperties: { a: 'x'.repeat(257) } },
      `Value '{a=${'x'.repeat(257)}}' at 'customerMetadataProperties' failed to satisfy constraint: Map value must satisfy constraint: `
        + '[Member must have length less than or equal to 256, Member must have length greater than or equal to 1, '
        + 'Member must satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)${1,256}]'],
  ])('beyond %s is told in the words of AWS', (_name, service, operation, input, sentence) => {
    expect(violationsOf(service, operation, input)).toEqual([sentence]);
  });

  test('does not repeat what is sensitive', () => {
    expect(violationsOf('states', 'CreateStateMachine', { name: 'n', definition: '', roleArn: 'r' })).toEqual([
      "Value at 'definition' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ]);
  });

  test('is refused with every violation and the code of its service', () => {
    expect(() => assertWithinConstraints('sagemaker', 'CreateEndpoint', { EndpointName: '-', EndpointConfigName: '-' })).toThrow(
      expect.objectContaining({ code: 'ValidationException', message: expect.stringMatching(/^2 validation errors detected: Value '-' at 'endpointName' .*; Value/) }) as Error,
    );
    expect(() => assertWithinConstraints('cloudformation', 'CreateChangeSet', { StackName: 's', ChangeSetName: '-' })).toThrow(
      expect.objectContaining({ code: 'ValidationError', message: expect.stringMatching(/^1 validation error detected: /) }) as Error,
    );
  });

  test('that no table bounds passes', () => {
    expect(violationsOf('s3', 'PutObject', { Bucket: '' })).toEqual([]);
    expect(violationsOf('sts', 'GetCallerIdentity', {})).toEqual([]);
  });
});
