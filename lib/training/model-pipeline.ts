import { PipelineSteps } from '../../lambda/register/contract';
import type { ModelDeclaration, ModelProjectData } from '../../lambda/shared/project/contract';
import { placementParameters } from './job-placement';
import { type BuiltDefinition, type JobSettings, join, PipelineDefinition } from './pipeline-definition';
import type { Text } from './pipeline-values';

/** Parameters that every execution of a model's pipeline gets. */
export const PipelineParameters = {
  SNAPSHOT_URI: 'SnapshotUri',
  CODE_URI: 'CodeUri',
  CHAMPION_URI: 'ChampionUri',
  /** `s3://<artifacts>/<model>/runs/<runId>`, without a slash at its end. */
  RUN_URI: 'RunUri',
  SEED: 'Seed',
} as const;

/** Where the scripts of a model project find their code, in processing and in training jobs. */
const INPUT = '/opt/ml/processing/input';
const PROCESSING_CODE = `${INPUT}/code`;
const OUTPUT = '/opt/ml/processing/output';
const TRAINING_CODE = '/opt/ml/input/data/code';

const VOLUME_GB = 30;

/** What the pipeline of a model needs to know beside its declaration. */
export interface ModelPipelineOptions {
  readonly image: string;
  readonly jobRoleArn: string;
  readonly kmsKeyId: string;
  /** Subnets that jobs run in. @default 0 - in SageMaker's network */
  readonly subnets?: number;
}

/**
 * The pipeline of a model project: prepare the data, search for hyperparameters where the project asks for it, train candidate and baseline, evaluate both
 * and the champion on the same test rows, study the candidate beside that, run the project's own tests. It measures and does not judge: gates before and after
 * it do.
 *
 * A SageMaker tuning job may stand in for the search: a step whose output `tune` holds `best-parameters.json` (docs/model-projects.md).
 */
export function modelPipeline(project: ModelProjectData, options: ModelPipelineOptions): BuiltDefinition {
  const { declaration } = project;
  const { training } = declaration;
  const definition = new PipelineDefinition();
  const snapshot = definition.parameter(PipelineParameters.SNAPSHOT_URI);
  const code = definition.parameter(PipelineParameters.CODE_URI);
  const championModel = definition.parameter(PipelineParameters.CHAMPION_URI);
  const run = definition.parameter(PipelineParameters.RUN_URI);
  const seed = definition.parameter(PipelineParameters.SEED, String(training.seed));
  const job: JobSettings = {
    ...placementParameters(definition, options.subnets ?? 0),
    image: options.image,
    roleArn: options.jobRoleArn,
    kmsKeyId: options.kmsKeyId,
    instanceType: training.instanceType,
    volumeSizeGb: VOLUME_GB,
    maximumRuntimeSeconds: training.maximumRuntimeMinutes * 60,
  };
  // What an evaluation says depends on the champion of the day: it is never taken from an earlier run.
  const reusable: JobSettings = { ...job, ...(training.cacheDays !== undefined && { cacheDays: training.cacheDays }) };
  const settings = { ...textValues(training.hyperparameters), ...problemSettings(declaration) };

  const prepare = definition.processing(PipelineSteps.PREPARE, {
    ...reusable,
    entryPoint: ['python3', `${PROCESSING_CODE}/prepare.py`],
    arguments: ['--data', `${INPUT}/data`, '--output', OUTPUT, '--seed', seed, ...splitArguments(training.split)],
    inputs: { code, data: snapshot },
    outputs: Object.fromEntries(['train', 'validation', 'test', 'resources'].map((name) => [name, join('/', run, `prepare/${name}`)])),
  });
  const rows = { train: prepare.output('train'), validation: prepare.output('validation') };
  const tune =
    training.tuning === undefined
      ? undefined
      : definition.processing(PipelineSteps.TUNE, {
          ...reusable,
          entryPoint: ['python3', `${PROCESSING_CODE}/tune.py`],
          arguments: [...tuningArguments(training.tuning, training.split), ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]), '--seed', seed],
          inputs: { code, ...rows },
          outputs: { tune: join('/', run, 'tune') },
        });
  const found: Readonly<Record<string, Text>> = tune === undefined ? {} : { tune: tune.output('tune') };
  const train = (name: string, algorithm: string, folder: string, channels: Readonly<Record<string, Text>>) =>
    definition.training(name, {
      ...reusable,
      hyperparameters: {
        ...settings,
        algorithm,
        seed,
        // The rows that chose the hyperparameters have done their work and can be learned from.
        refit: String(tune !== undefined),
        sagemaker_program: 'train.py',
        sagemaker_submit_directory: TRAINING_CODE,
      },
      channels: { ...rows, ...channels, code },
      outputPath: join('/', run, folder),
      ...(training.instanceCount !== undefined && { instanceCount: training.instanceCount }),
      ...(training.spot !== undefined && { spot: training.spot }),
    });
  const candidate = train(PipelineSteps.TRAIN, 'candidate', 'train', found);
  const baseline = train(PipelineSteps.TRAIN_BASELINE, 'baseline', 'baseline', {});
  const folders = ['test', 'model', 'baseline', 'champion', 'resources', ...Object.keys(found)];
  definition.processing(PipelineSteps.EVALUATE, {
    ...job,
    entryPoint: ['python3', `${PROCESSING_CODE}/evaluate.py`],
    arguments: [
      ...folders.flatMap((name) => [`--${name}`, `${INPUT}/${name}`]),
      ...['--output', `${OUTPUT}/evaluation`, '--train-uri', prepare.output('train'), '--seed', seed],
      ...Object.values(found).flatMap((uri) => ['--tune-uri', uri]),
      ...groupingColumns(declaration).flatMap((column) => ['--by', column]),
    ],
    inputs: {
      code,
      test: prepare.output('test'),
      resources: prepare.output('resources'),
      model: candidate.modelArtifact,
      baseline: baseline.modelArtifact,
      champion: championModel,
      ...found,
    },
    outputs: { evaluation: join('/', run, 'evaluation') },
  });
  // Beside the evaluation: it needs the candidate and nothing of the others. Where its report lies is fixed, so it is never taken from an earlier run.
  definition.processing(PipelineSteps.STUDY, {
    ...job,
    entryPoint: ['python3', `${PROCESSING_CODE}/study.py`],
    arguments: [
      ...['train', 'validation', 'test', 'model'].flatMap((name) => [`--${name}`, `${INPUT}/${name}`]),
      ...['--output', `${OUTPUT}/studies`, '--seed', seed],
      ...studyArguments(declaration),
    ],
    inputs: { code, ...rows, test: prepare.output('test'), model: candidate.modelArtifact },
    outputs: { studies: join('/', run, 'studies') },
  });
  // The project's own tests, as early as the rest and beside it: they need the code alone.
  definition.processing(PipelineSteps.TEST, {
    ...job,
    entryPoint: ['python3', `${PROCESSING_CODE}/test.py`],
    arguments: ['--output', `${OUTPUT}/tests`],
    inputs: { code },
    outputs: { tests: join('/', run, 'tests') },
  });
  return definition.build();
}

const textValues = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

/** What the scripts must know of the problem, by the names of their arguments. */
const problemSettings = ({ problemType, positiveLabel, decisionThreshold }: ModelDeclaration): Record<string, string> =>
  textValues({
    problem_type: problemType,
    ...(positiveLabel !== undefined && { positive_label: positiveLabel }),
    ...(decisionThreshold !== undefined && { decision_threshold: decisionThreshold }),
  });

const splitArguments = (split: ModelDeclaration['training']['split']): string[] => [
  '--split-by',
  split?.by ?? 'recordId',
  ...(split?.entity === undefined ? [] : ['--entity', split.entity]),
];

const tuningArguments = (
  { space, trials, folds, maximumMinutes }: NonNullable<ModelDeclaration['training']['tuning']>,
  split: ModelDeclaration['training']['split'],
): string[] => [
  ...['--train', `${INPUT}/train`, '--validation', `${INPUT}/validation`, '--output', `${OUTPUT}/tune`],
  // One argument each: SageMaker takes 256 characters.
  ...Object.entries(space).flatMap(([name, values]) => ['--space', `${name}=${JSON.stringify(values)}`]),
  ...['--trials', String(trials)],
  // Folds are cut as the test rows were.
  ...(folds === undefined ? [] : ['--folds', String(folds), ...splitArguments(split)]),
  ...(maximumMinutes === undefined ? [] : ['--maximum-minutes', String(maximumMinutes)]),
];

const studyArguments = ({ quality: { studies }, monitoring }: ModelDeclaration): string[] => [
  ...(studies?.maximumStalenessLoss === undefined ? [] : ['--maximum-loss', String(studies.maximumStalenessLoss)]),
  ...(monitoring.maximumModelAgeDays === undefined ? [] : ['--maximum-age-days', String(monitoring.maximumModelAgeDays)]),
];

/** Columns whose values the evaluation puts beside the predictions, for slices and fairness. */
const groupingColumns = ({ quality: { slices, fairness } }: ModelDeclaration): string[] => [
  ...new Set([
    ...(slices?.columns ?? []),
    ...(fairness?.attributes.map(({ column }) => column) ?? []),
    ...(fairness?.stratum === undefined ? [] : [fairness.stratum]),
  ]),
];
