import type { ModelDeclaration } from '../../../lambda/shared/project/contract';
import { modelPipeline } from '../../../lib/training/model-pipeline';
import { predecessors, type StepJson } from '../../../lib/training/pipeline-references';
import { fixtureProject } from '../../support/fixtures';

type Step = StepJson & { readonly CacheConfig?: unknown; readonly RetryPolicies?: readonly unknown[] };

/** Steps of the fixture's pipeline with another declaration of training or quality. */
function steps(training: Partial<ModelDeclaration['training']> = {}, change: Partial<ModelDeclaration> = {}): Map<string, Step> {
  const { data } = fixtureProject();
  const declaration = { ...data.declaration, ...change, training: { ...data.declaration.training, ...training } };
  const { body } = modelPipeline({ ...data, declaration }, { image: 'image', jobRoleArn: 'role', kmsKeyId: 'key' });
  return new Map((JSON.parse(body) as { Steps: Step[] }).Steps.map((step) => [step.Name, step]));
}

interface Job {
  readonly AppSpecification: { readonly ContainerArguments: readonly unknown[] };
  readonly HyperParameters: Readonly<Record<string, unknown>>;
  readonly ProcessingInputs: readonly { readonly InputName: string }[];
  readonly InputDataConfig: readonly { readonly ChannelName: string }[];
}

const jobOf = (step: Step | undefined): Job => {
  if (step === undefined) {
    throw new Error('there is no such step');
  }
  return step.Arguments as unknown as Job;
};
const processingArguments = (step: Step | undefined): readonly unknown[] => jobOf(step).AppSpecification.ContainerArguments;
const hyperparameters = (step: Step | undefined): Job['HyperParameters'] => jobOf(step).HyperParameters;
const inputs = (step: Step | undefined): string[] => jobOf(step).ProcessingInputs.map(({ InputName }) => InputName);
const channels = (step: Step | undefined): string[] => jobOf(step).InputDataConfig.map(({ ChannelName }) => ChannelName);

const TUNING: ModelDeclaration['training']['tuning'] = {
  trials: 4, folds: 3, maximumMinutes: 10, space: { max_iter: [50, 100], learning_rate: { minimum: 0.01, maximum: 0.3, scale: 'log' } },
};

describe('Without tuning', () => {
  const pipeline = steps();

  test('candidate and baseline are fitted on the training rows with the declared settings', () => {
    expect(pipeline.has('Tune')).toBe(false);
    expect(hyperparameters(pipeline.get('Train'))).toMatchObject({ max_iter: '200', problem_type: 'binaryClassification', positive_label: '1', decision_threshold: '0.5', refit: 'false' });
    expect(channels(pipeline.get('Train'))).toEqual(['train', 'validation', 'code']);
  });

  test('the split goes by record id', () => {
    expect(processingArguments(pipeline.get('Prepare'))).toEqual(expect.arrayContaining(['--split-by', 'recordId']));
    expect(processingArguments(pipeline.get('Prepare'))).not.toContain('--entity');
  });

  test('the evaluation is told what every step used and where the training rows lie', () => {
    expect(inputs(pipeline.get('Evaluate'))).toEqual(expect.arrayContaining(['test', 'resources', 'model', 'baseline', 'champion']));
    expect(processingArguments(pipeline.get('Evaluate'))).toEqual(expect.arrayContaining(['--train-uri', { Get: "Steps.Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri" }]));
  });
});

describe('The studies', () => {
  test('run beside the evaluation, on all rows and the candidate', () => {
    const study = steps().get('Study')!;
    expect(predecessors(study).toSorted()).toEqual(['Prepare', 'Train']);
    expect(inputs(study)).toEqual(['code', 'train', 'validation', 'test', 'model']);
    expect(study.CacheConfig).toBeUndefined();
  });

  test('know how old a model may become and what it may lose, where that is declared', () => {
    expect(processingArguments(steps().get('Study'))).not.toContain('--maximum-loss');
    const { declaration } = fixtureProject().data;
    const declared = steps({}, {
      quality: { ...declaration.quality, studies: { maximumStalenessLoss: 0.04 } }, monitoring: { ...declaration.monitoring, maximumModelAgeDays: 400 },
    });
    expect(processingArguments(declared.get('Study'))).toEqual(expect.arrayContaining(['--maximum-loss', '0.04', '--maximum-age-days', '400']));
  });
});

describe("The project's own tests", () => {
  test('need the code alone and wait for nothing, and are never taken from an earlier run', () => {
    const step = steps({ cacheDays: 30 }).get('Test')!;
    expect([predecessors(step), inputs(step), step.CacheConfig]).toEqual([[], ['code'], undefined]);
    expect(step.Arguments).toMatchObject({ NetworkConfig: { EnableNetworkIsolation: true }, AppSpecification: { ImageUri: 'image', ContainerEntrypoint: ['python3', '/opt/ml/processing/input/code/test.py'] } });
  });
});

describe('With tuning', () => {
  const pipeline = steps({ tuning: TUNING });

  test('a search on training and validation rows comes before the candidate; the baseline need not wait for it', () => {
    expect(inputs(pipeline.get('Tune'))).toEqual(['code', 'train', 'validation']);
    expect(predecessors(pipeline.get('Train')!).toSorted()).toEqual(['Prepare', 'Tune']);
    expect(predecessors(pipeline.get('TrainBaseline')!)).toEqual(['Prepare']);
    expect(predecessors(pipeline.get('Evaluate')!)).toContain('Tune');
    expect(processingArguments(pipeline.get('Evaluate'))).toEqual(expect.arrayContaining(['--tune-uri', { Get: "Steps.Tune.ProcessingOutputConfig.Outputs['tune'].S3Output.S3Uri" }]));
  });

  test('the search knows space, budget and problem, in arguments that SageMaker takes', () => {
    const given = processingArguments(pipeline.get('Tune'));
    expect(given).toEqual(expect.arrayContaining(['--space', 'max_iter=[50,100]', 'learning_rate={"minimum":0.01,"maximum":0.3,"scale":"log"}', '--trials', '4', '--folds', '3', '--split-by', '--maximum-minutes', '10', '--problem_type']));
    expect(given.every((argument) => typeof argument !== 'string' || argument.length <= 256)).toBe(true);
  });

  test('both are fitted again on training and validation rows', () => {
    expect(['Train', 'TrainBaseline'].map((name) => hyperparameters(pipeline.get(name)).refit)).toEqual(['true', 'true']);
  });
});

test('a split by order and entity is asked for', () => {
  expect(processingArguments(steps({ split: { by: 'order', entity: 'household' } }).get('Prepare'))).toEqual(expect.arrayContaining(['--split-by', 'order', '--entity', 'household']));
});

test('columns of slices and fairness go beside the predictions, each once', () => {
  const { quality } = fixtureProject().data.declaration;
  const given = processingArguments(
    steps({}, {
      quality: {
        ...quality,
        slices: { columns: ['SCHL', 'CIT'], minimumRows: 30, maximumLoss: 0.1 },
        fairness: { attributes: [{ column: 'CIT', gate: true }], minimumRows: 30, minimumPositives: 10 },
      },
    }).get('Evaluate'),
  );
  expect(given.filter((_, index) => given[index - 1] === '--by')).toEqual(['SCHL', 'CIT']);
});

test('training may use spot instances, which may wait as long as they may run', () => {
  const job = steps({ spot: true, maximumRuntimeMinutes: 30 }).get('Train')?.Arguments;
  expect(job).toMatchObject({ EnableManagedSpotTraining: true, StoppingCondition: { MaxRuntimeInSeconds: 1800, MaxWaitTimeInSeconds: 3600 } });
  expect(steps().get('Train')?.Arguments).not.toHaveProperty('EnableManagedSpotTraining');
});

test('training may use several instances', () => {
  expect(steps({ instanceCount: 3 }).get('Train')?.Arguments.ResourceConfig).toMatchObject({ InstanceCount: 3 });
});

test('steps reuse earlier results where the project says so, the evaluation never', () => {
  const pipeline = steps({ cacheDays: 30, tuning: TUNING });
  const cached = [...pipeline].filter(([, { CacheConfig }]) => CacheConfig !== undefined);
  expect(cached.map(([name, { CacheConfig }]) => [name, CacheConfig])).toEqual(['Prepare', 'Tune', 'Train', 'TrainBaseline'].map((name) => [name, { Enabled: true, ExpireAfter: 'P30D' }]));
  expect([...steps().values()].filter(({ CacheConfig }) => CacheConfig !== undefined)).toEqual([]);
});

test('faults that pass by themselves are tried again in every step', () => {
  expect([...steps({ tuning: TUNING }).values()].every(({ RetryPolicies }) => (RetryPolicies ?? []).length > 0)).toBe(true);
});
