import { asReference, follow, pathsIn, referencePlaces, resolve, splitPath, type Scope } from '../../../local/sagemaker/pipelines/references';

const scope: Scope = {
  parameters: { Seed: 7, Uri: 's3://b/data' },
  execution: { PipelineExecutionId: 'abc', TrainingJobName: undefined },
  step: (name) => (name === 'Prepare' ? { ProcessingOutputConfig: { Outputs: [{ OutputName: 'a b', S3Output: { S3Uri: 's3://b/out' } }] } } : undefined),
  propertyFile: async (step, file) => JSON.stringify({ from: `${step}/${file}`, metrics: { auc: 0.9 }, list: [{ value: 1 }] }),
  object: async (uri) => JSON.stringify({ uri }),
};

describe('paths', () => {
  test.each([
    ['Steps.Prepare.ProcessingOutputConfig.Outputs[\'a b\'].S3Output.S3Uri', ['Steps', 'Prepare', 'ProcessingOutputConfig', 'Outputs', 'a b', 'S3Output', 'S3Uri']],
    ['Parameters.My-Seed_1', ['Parameters', 'My-Seed_1']],
    ['list[0].value', ['list', 0, 'value']],
  ])('%s is split', (path, parts) => {
    expect(splitPath(path)).toEqual(parts);
  });

  test.each(['', 'a..b', 'a[', 'a[\'b]'])('%j is refused', (path) => {
    expect(() => splitPath(path)).toThrow('cannot be read');
  });

  test('a list is addressed by the name of its elements or by number', () => {
    const list = [{ ChannelName: 'train', x: 1 }, { ChannelName: 'test', x: 2 }];
    expect(follow(list, ['test', 'x'])).toBe(2);
    expect(follow(list, [0, 'x'])).toBe(1);
    expect(follow(list, ['absent', 'x'])).toBeUndefined();
  });
});

describe('references', () => {
  test('plain data with a Get beside other members is no reference', () => {
    expect(asReference({ Get: 'Parameters.X', Other: 1 })).toBeUndefined();
  });

  test('all paths of a value are found, also inside joins and property files', () => {
    const value = {
      a: { 'Std:Join': { On: '/', Values: ['s3:/', { Get: 'Parameters.Uri' }] } },
      b: [{ 'Std:JsonGet': { PropertyFile: { Get: 'Steps.E.PropertyFiles.M' }, Path: 'auc' } }],
    };
    expect(pathsIn(value)).toEqual(['Parameters.Uri', 'Steps.E.PropertyFiles.M']);
    expect(referencePlaces(value)).toEqual(['a', 'b[0]']);
  });

  test('references keep the type of what they refer to', async () => {
    await expect(resolve({ seed: { Get: 'Parameters.Seed' }, plain: true }, scope)).resolves.toEqual({ seed: 7, plain: true });
  });

  test('a join writes numbers as text', async () => {
    const join = { 'Std:Join': { On: '/', Values: [{ Get: 'Parameters.Uri' }, { Get: 'Execution.PipelineExecutionId' }, { Get: 'Parameters.Seed' }] } };
    await expect(resolve(join, scope)).resolves.toBe('s3://b/data/abc/7');
  });

  test('the output of a step is found by its name', async () => {
    await expect(resolve({ Get: 'Steps.Prepare.ProcessingOutputConfig.Outputs[\'a b\'].S3Output.S3Uri' }, scope)).resolves.toBe('s3://b/out');
  });

  test('a property file and an object are read by path', async () => {
    const file = (Path: string): object => ({ 'Std:JsonGet': { PropertyFile: { Get: 'Steps.E.PropertyFiles.M' }, Path } });
    await expect(resolve(file('metrics.auc'), scope)).resolves.toBe(0.9);
    await expect(resolve(file('list[0].value'), scope)).resolves.toBe(1);
    await expect(resolve({ 'Std:JsonGet': { S3Uri: { Get: 'Parameters.Uri' }, Path: 'uri' } }, scope)).resolves.toBe('s3://b/data');
  });

  test.each([
    [{ Get: 'Steps.Absent.Status' }, 'the reference Steps.Absent.Status has no value'],
    [{ Get: 'Execution.TrainingJobName' }, 'has no value'],
    [{ 'Std:JsonGet': { PropertyFile: { Get: 'Steps.E.PropertyFiles.M' }, Path: 'metrics.f1' } }, 'has nothing at the path "metrics.f1"'],
  ])('%j has no value, which is an error', async (reference, message) => {
    await expect(resolve(reference, scope)).rejects.toThrow(message);
  });
});
