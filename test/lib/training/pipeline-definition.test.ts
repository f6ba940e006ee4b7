import { join, PipelineDefinition, type ProcessingProps, type TrainingProps } from '../../../lib/training/pipeline-definition';
import type { Reference } from '../../../lib/training/pipeline-values';
import { predecessors, type StepJson } from '../../../lib/training/pipeline-references';

const job = { image: 'image', roleArn: 'role', instanceType: 'ml.m5.large', volumeSizeGb: 30, maximumRuntimeSeconds: 3600, kmsKeyId: 'key' };
const processing = (change: Partial<ProcessingProps> = {}): ProcessingProps => ({ ...job, entryPoint: ['python3', 'x.py'], inputs: {}, outputs: { data: 's3://b/o' }, ...change });
const training = (change: Partial<TrainingProps> = {}): TrainingProps => ({ ...job, hyperparameters: {}, channels: { train: 's3://b/t' }, outputPath: 's3://b/o', ...change });
const ref = (Get: string): Reference => ({ Get });

describe('A pipeline definition', () => {
  const definition = new PipelineDefinition();
  const uri = definition.parameter('DataUri', 's3://b/default');
  const prepare = definition.processing('Prepare', processing({ arguments: ['--seed', '1'], inputs: { data: uri } }));
  const train = definition.training('Train', training({ channels: { train: prepare.output('data') } }));
  definition.processing('Evaluate', processing({ inputs: { model: train.modelArtifact }, outputs: { report: join('/', uri, 'report') } }));
  const built = definition.build();
  const json = JSON.parse(built.body) as { Version: string; Parameters: unknown[]; Steps: StepJson[] };
  const step = (name: string) => json.Steps.find(({ Name }) => Name === name)!;

  test('has the only version there is, its parameters and steps', () => {
    expect([json.Version, json.Parameters]).toEqual(['2020-12-01', [{ Name: 'DataUri', Type: 'String', DefaultValue: 's3://b/default' }]]);
    expect(json.Steps.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual(['Prepare Processing', 'Train Training', 'Evaluate Processing']);
  });

  test('puts inputs and outputs of processing where the container contract says', () => {
    expect(step('Prepare').Arguments).toMatchObject({
      ProcessingInputs: [{ InputName: 'data', S3Input: { S3Uri: { Get: 'Parameters.DataUri' }, LocalPath: '/opt/ml/processing/input/data', S3DataType: 'S3Prefix' } }],
      ProcessingOutputConfig: { KmsKeyId: 'key', Outputs: [{ OutputName: 'data', S3Output: { LocalPath: '/opt/ml/processing/output/data', S3UploadMode: 'EndOfJob' } }] },
    });
  });

  test('orders steps by what they refer to', () => {
    expect([predecessors(step('Prepare')), predecessors(step('Train')), predecessors(step('Evaluate'))]).toEqual([[], ['Prepare'], ['Train']]);
    expect(step('Train').Arguments).toMatchObject({
      InputDataConfig: [{ DataSource: { S3DataSource: { S3Uri: { Get: "Steps.Prepare.ProcessingOutputConfig.Outputs['data'].S3Output.S3Uri" } } } }],
    });
  });

  test('gives no job a network', () => {
    expect(step('Prepare').Arguments.NetworkConfig).toEqual({ EnableNetworkIsolation: true, EnableInterContainerTrafficEncryption: true });
    expect(step('Train').Arguments.EnableNetworkIsolation).toBe(true);
  });

  test('has a digest that does not depend on when it is built', () => {
    expect(definition.build()).toEqual(built);
    expect(built.digest).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('Building fails', () => {
  const building = (declare: (definition: PipelineDefinition) => unknown) => () => {
    const definition = new PipelineDefinition();
    declare(definition);
    return definition.build();
  };
  const input = (reference: Reference) => processing({ inputs: { x: reference } });

  test.each([
    ['an undeclared parameter', 'Parameters.Nothing', 'step B refers to Parameters.Nothing: there is no parameter "Nothing"; there are: none'],
    ['an undeclared step', 'Steps.C.ProcessingJobName', 'step B refers to Steps.C.ProcessingJobName: there is no step "C"; there are: A, B'],
    ['an output that the step has not', "Steps.A.ProcessingOutputConfig.Outputs['nothing'].S3Output.S3Uri", 'step A has no output "nothing"; it has: data'],
    ['a property that such a step has not', 'Steps.A.ModelArtifacts.S3ModelArtifacts', 'a Processing step has no property "ModelArtifacts"'],
    ['a property file that is not declared', 'Steps.A.PropertyFiles.Metrics', 'step A has no property file "Metrics"; it has: none'],
    ['an execution variable that does not exist', 'Execution.Nothing', 'there is no execution variable "Nothing"'],
    ['something else', 'Step.A.X', 'a reference begins with Parameters, Steps or Execution'],
  ])('on a reference to %s', (_name, path, message) => {
    expect(building((definition) => {
      definition.processing('A', processing());
      definition.processing('B', input(ref(path)));
    })).toThrow(message);
  });

  test('on a reference inside a joined text', () => {
    expect(building((definition) => definition.processing('A', processing({ outputs: { data: join('/', ref('Parameters.Run'), 'a') } })))).toThrow('no parameter "Run"');
  });

  test('on steps that wait for each other', () => {
    expect(building((definition) => {
      definition.processing('A', input(ref("Steps.B.ProcessingOutputConfig.Outputs['data'].S3Output.S3Uri")));
      definition.processing('B', processing({ dependsOn: ['A'] }));
    })).toThrow('steps wait for each other: A -> B -> A');
  });

  test('on an unknown dependency', () => {
    expect(building((definition) => definition.processing('A', processing({ dependsOn: ['Z'] })))).toThrow('step A depends on step "Z", which is not declared; steps: A');
  });

  test('on names that are used twice or not allowed', () => {
    expect(building((definition) => ['A', 'A'].forEach((name) => definition.processing(name, processing())))).toThrow('step "A" is declared twice');
    expect(building((definition) => definition.processing('my step', processing()))).toThrow('step "my step": a name has 1 to 64 letters');
  });

  test('on a parameter that no step uses', () => {
    expect(building((definition) => definition.parameter('Unused'))).toThrow('parameter "Unused" is declared and used by no step; remove it');
  });

  test('with all faults at once', () => {
    expect(building((definition) => {
      definition.parameter('Unused');
      definition.processing('A', processing({ dependsOn: ['Z'] }));
    })).toThrow(/- step A depends on step "Z"[\s\S]*- parameter "Unused"/);
  });
});
