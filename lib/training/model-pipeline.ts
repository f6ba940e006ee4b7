import type { ModelProjectData } from '../../lambda/shared/contract';
import { PipelineSteps } from '../../lambda/register/contract';
import { type BuiltDefinition, type JobSettings, join, PipelineDefinition } from './pipeline-definition';

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
}

/**
 * The pipeline of a model project: prepare the data, train candidate and baseline, evaluate both and the champion on the same test rows.
 * It measures and does not judge: gates before and after it do.
 */
export function modelPipeline({ declaration }: ModelProjectData, options: ModelPipelineOptions): BuiltDefinition {
  const { training } = declaration;
  const definition = new PipelineDefinition();
  const snapshot = definition.parameter(PipelineParameters.SNAPSHOT_URI);
  const code = definition.parameter(PipelineParameters.CODE_URI);
  const championModel = definition.parameter(PipelineParameters.CHAMPION_URI);
  const run = definition.parameter(PipelineParameters.RUN_URI);
  const seed = definition.parameter(PipelineParameters.SEED, String(training.seed));
  const job: JobSettings = {
    image: options.image,
    roleArn: options.jobRoleArn,
    kmsKeyId: options.kmsKeyId,
    instanceType: training.instanceType,
    volumeSizeGb: VOLUME_GB,
    maximumRuntimeSeconds: training.maximumRuntimeMinutes * 60,
  };

  const prepare = definition.processing(PipelineSteps.PREPARE, {
    ...job,
    entryPoint: ['python3', `${PROCESSING_CODE}/prepare.py`],
    arguments: ['--data', `${INPUT}/data`, '--output', OUTPUT, '--seed', seed],
    inputs: { code, data: snapshot },
    outputs: {
      train: join('/', run, 'prepare/train'),
      validation: join('/', run, 'prepare/validation'),
      test: join('/', run, 'prepare/test'),
    },
  });
  const train = (name: string, algorithm: string, folder: string) =>
    definition.training(name, {
      ...job,
      hyperparameters: {
        ...Object.fromEntries(Object.entries(training.hyperparameters).map(([key, value]) => [key, String(value)])),
        algorithm,
        seed,
        positive_label: String(declaration.positiveLabel),
        decision_threshold: String(declaration.decisionThreshold),
        sagemaker_program: 'train.py',
        sagemaker_submit_directory: TRAINING_CODE,
      },
      channels: { train: prepare.output('train'), validation: prepare.output('validation'), code },
      outputPath: join('/', run, folder),
    });
  const candidate = train(PipelineSteps.TRAIN, 'candidate', 'train');
  const baseline = train(PipelineSteps.TRAIN_BASELINE, 'baseline', 'baseline');
  definition.processing(PipelineSteps.EVALUATE, {
    ...job,
    entryPoint: ['python3', `${PROCESSING_CODE}/evaluate.py`],
    arguments: [...['test', 'model', 'baseline', 'champion'].flatMap((name) => [`--${name}`, `${INPUT}/${name}`]), '--output', `${OUTPUT}/evaluation`, '--seed', seed],
    inputs: {
      code,
      test: prepare.output('test'),
      model: candidate.modelArtifact,
      baseline: baseline.modelArtifact,
      champion: championModel,
    },
    outputs: { evaluation: join('/', run, 'evaluation') },
  });
  return definition.build();
}
