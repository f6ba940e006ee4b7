import { definitionProblems } from '../../../local/sagemaker/pipelines/check';
import { parameterValues, placedSteps, type PipelineDefinition, type PipelineParameter, type Step } from '../../../local/sagemaker/pipelines/definition';
import { decide, dependencies, findCycle, type StepState } from '../../../local/sagemaker/pipelines/graph';

const processing = (Name: string, more: object = {}, Arguments: object = {}): Step => ({
  Name,
  Type: 'Processing',
  Arguments: {
    RoleArn: 'arn:aws:iam::111111111111:role/job',
    ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 } },
    AppSpecification: { ImageUri: 'image', ContainerEntrypoint: ['python3', '/opt/ml/processing/input/code/x.py'] },
    ProcessingOutputConfig: { Outputs: [{ OutputName: 'out', S3Output: { S3Uri: 's3://b/out', LocalPath: '/opt/ml/processing/output', S3UploadMode: 'EndOfJob' } }] },
    ...Arguments,
  },
  ...more,
});

const pipeline = (Steps: readonly Step[], Parameters: readonly PipelineParameter[] = []): PipelineDefinition => ({ Version: '2020-12-01', Parameters, Steps });
const uses = (Get: string): object => ({ Environment: { A: { Get } } });

describe('a definition', () => {
  test('of good steps has no problem', () => {
    const steps = [
      processing('A', { PropertyFiles: [{ PropertyFileName: 'M', OutputName: 'out', FilePath: 'm.json' }] }),
      processing('B', {}, uses('Steps.A.ProcessingOutputConfig.Outputs[\'out\'].S3Output.S3Uri')),
      processing('C', { DependsOn: ['B'] }, { Environment: { S: { Get: 'Parameters.S' }, E: { Get: 'Execution.PipelineExecutionId' } } }),
    ];
    expect(definitionProblems(pipeline(steps, [{ Name: 'S', Type: 'String' }]))).toEqual([]);
  });

  test.each<[string, PipelineDefinition, string]>([
    ['another version', { Version: '1', Steps: [] }, 'Version: expected 2020-12-01, got "1"'],
    ['a step type that is not run here', pipeline([{ Name: 'T', Type: 'Tuning', Arguments: {} }]), 'step T: the step type "Tuning" is not supported'],
    ['an undeclared parameter', pipeline([processing('A', {}, uses('Parameters.Nope'))]), 'step A: Parameters.Nope: no parameter Nope is declared'],
    ['an absent step', pipeline([processing('A', {}, uses('Steps.Z.ProcessingJobArn'))]), 'step A: Steps.Z.ProcessingJobArn: there is no step Z'],
    ['a property that the description does not have', pipeline([processing('A'), processing('B', {}, uses('Steps.A.Outputz'))]), 'DescribeProcessingJob answers no Outputz'],
    ['an output that the step does not have', pipeline([processing('A'), processing('B', {}, uses('Steps.A.ProcessingOutputConfig.Outputs[\'x\'].S3Output.S3Uri'))]), 'the step has no output "x"; outputs are out'],
    ['an undeclared property file', pipeline([processing('A'), processing('B', {}, uses('Steps.A.PropertyFiles.M'))]), 'declares no property file M'],
    ['an unknown execution variable', pipeline([processing('A', {}, uses('Execution.Nope'))]), 'Execution.Nope: unknown execution variable'],
    ['a DependsOn of nobody', pipeline([processing('A', { DependsOn: ['Z'] })]), 'step A: DependsOn: there is no step Z'],
    ['a name used twice', pipeline([processing('A'), processing('A')]), 'the name A is used more than once'],
    ['steps that wait for each other', pipeline([processing('A', { DependsOn: ['B'] }), processing('B', { DependsOn: ['A'] })]), 'the steps A -> B -> A wait for each other'],
    ['an unknown member of a request', pipeline([processing('A', {}, { Bogus: 1 })]), 'step A: Arguments.Bogus: unknown member'],
    ['a wrong type in a request', pipeline([processing('A', {}, { Environment: { A: 1 } })]), 'step A: Arguments.Environment.A: expected string, got number'],
    ['a job name of its own', pipeline([processing('A', {}, { ProcessingJobName: 'mine' })]), 'the pipeline names its jobs itself'],
    ['caching', pipeline([processing('A', { CacheConfig: { Enabled: true, ExpireAfter: 'P1D' } })]), 'step caching is not supported'],
    ['an unknown step member', pipeline([processing('A', { Timeout: 5 })]), 'step A: Timeout: unknown member'],
    ['an unknown retry exception', pipeline([processing('A', { RetryPolicies: [{ ExceptionType: ['Step.ALL'] }] })]), 'unknown exception type Step.ALL'],
  ])('with %s is refused by name', (_title, definition, problem) => {
    expect(definitionProblems(definition).join('\n')).toContain(problem);
  });

  test('steps inside branches are checked too', () => {
    const gate: Step = {
      Name: 'Gate', Type: 'Condition',
      Arguments: { Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: { Get: 'Steps.B.ProcessingJobStatus' } }], IfSteps: [processing('B')], ElseSteps: [] },
    };
    expect(definitionProblems(pipeline([gate])).join('\n')).toContain('the steps Gate -> B -> Gate wait for each other');
  });
});

describe('parameters', () => {
  const declared: readonly PipelineParameter[] = [
    { Name: 'Count', Type: 'Integer', DefaultValue: 2 },
    { Name: 'Uri', Type: 'String' },
    { Name: 'Share', Type: 'Float', DefaultValue: 0.5 },
    { Name: 'Mode', Type: 'String', DefaultValue: 'a', EnumValues: ['a', 'b'] },
  ];

  test('take their declared type and their default', () => {
    const given = [{ Name: 'Uri', Value: 's3://b' }, { Name: 'Count', Value: '7' }, { Name: 'Share', Value: '1e-3' }];
    expect(parameterValues(declared, given)).toEqual({ Count: 7, Uri: 's3://b', Share: 0.001, Mode: 'a' });
  });

  test.each([
    [[{ Name: 'Uri', Value: 'x' }, { Name: 'Bogus', Value: '1' }], 'unknown pipeline parameters: Bogus'],
    [[], 'the pipeline parameter Uri has no default and no value was given'],
    [[{ Name: 'Uri', Value: 'x' }, { Name: 'Count', Value: '1.5' }], 'the pipeline parameter Count has the value "1.5", which is no Integer'],
    [[{ Name: 'Uri', Value: 'x' }, { Name: 'Mode', Value: 'c' }], 'allowed are a, b'],
    [[{ Name: 'Uri', Value: 'x'.repeat(1025) }], 'has 1025 characters; the limit is 1024'],
  ])('%j is refused', (given, message) => {
    expect(() => parameterValues(declared, given)).toThrow(message);
  });
});

describe('the order of steps', () => {
  const gate: Step = {
    Name: 'Gate', Type: 'Condition', DependsOn: ['A'],
    Arguments: { Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: 1 }], IfSteps: [processing('Yes')], ElseSteps: [processing('No')] },
  };
  const placed = placedSteps([processing('A'), processing('B', {}, uses('Steps.A.ProcessingJobArn')), gate, processing('After', { DependsOn: ['No'] })]);
  const graph = dependencies(placed);
  const next = (name: string, states: Readonly<Record<string, StepState>>, outcome?: boolean): string =>
    decide(placed.find(({ step }) => step.Name === name) ?? placed[0]!, graph, (other) => states[other] ?? 'waiting', () => outcome);

  test('comes from references, DependsOn and branches', () => {
    expect(Object.fromEntries([...graph].map(([name, needs]) => [name, [...needs]]))).toEqual({ A: [], B: ['A'], Gate: ['A'], Yes: ['Gate'], No: ['Gate'], After: ['No'] });
    expect(findCycle(graph)).toBeUndefined();
  });

  test('lets a step start when all it needs has succeeded', () => {
    expect(next('B', {})).toBe('wait');
    expect(next('B', { A: 'running' })).toBe('wait');
    expect(next('B', { A: 'failed' })).toBe('wait');
    expect(next('B', { A: 'succeeded' })).toBe('start');
  });

  test('leaves out the branch that was not taken and what needs it', () => {
    expect(next('Yes', { Gate: 'succeeded' }, true)).toBe('start');
    expect(next('No', { Gate: 'succeeded' }, true)).toBe('skip');
    expect(next('After', { No: 'skipped' })).toBe('skip');
  });
});
