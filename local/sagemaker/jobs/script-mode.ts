import { join } from 'node:path';
import { CONTAINER_ROOT } from '../processes/environment';

/** The training contract of SageMaker's framework containers: hyperparameters become arguments and `SM_*` variables of one script. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Text of a value in the way of Python's `str`, since the container's toolkit is written in it. */
export function pythonText(value: Json, nested = false): string {
  if (value === null) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (typeof value === 'string') {
    return nested ? `'${value.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'')}'` : value;
  }
  if (typeof value === 'number') {
    return String(value);
  }
  return Array.isArray(value)
    ? `[${value.map((element: Json) => pythonText(element, true)).join(', ')}]`
    : `{${Object.entries(value).map(([name, element]) => `${pythonText(name, true)}: ${pythonText(element as Json, true)}`).join(', ')}}`;
}

const isRecord = (value: Json): value is { readonly [name: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value);

function decode(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A number keeps its spelling: `1.0` is a float for Python and would become `1` on the way through JavaScript. */
const textOf = (raw: string, value: Json): string => (typeof value === 'number' ? raw.trim() : pythonText(value));

export interface Hyperparameter {
  readonly name: string;
  readonly raw: string;
  readonly value: Json;
}

/** The script's hyperparameters: tried as JSON, without those that speak to the container, sorted by name. */
export const userHyperparameters = (hyperparameters: Readonly<Record<string, string>>): Hyperparameter[] =>
  Object.entries(hyperparameters)
    .filter(([name]) => !name.startsWith('sagemaker_'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, raw]) => ({ name, raw, value: decode(raw) }));

export const scriptArguments = (parameters: readonly Hyperparameter[]): string[] =>
  parameters.flatMap(({ name, raw, value }) => [name.length > 1 ? `--${name}` : `-${name}`, textOf(raw, value)]);

/** A hyperparameter of the container itself, e.g. `sagemaker_program`; given as JSON text or plain. */
export function containerHyperparameter(hyperparameters: Readonly<Record<string, string>>, name: string): string | undefined {
  const raw = hyperparameters[name];
  return raw === undefined ? undefined : pythonText(decode(raw));
}

export interface TrainingFacts {
  readonly jobName: string;
  readonly program: string;
  readonly submitDirectory: string;
  readonly channels: readonly string[];
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly inputDataConfig: Json;
  readonly resourceConfig: Json;
  readonly instanceType: string;
  readonly cpus: number;
}

const path = (...parts: readonly string[]): string => join(CONTAINER_ROOT, ...parts);

export const trainingPaths = {
  code: path('code'),
  model: path('model'),
  outputData: path('output', 'data'),
  failure: path('output', 'failure'),
  config: path('input', 'config'),
  channel: (name: string): string => path('input', 'data', name),
} as const;

/** `SM_*` variables of a training job on one host without accelerators. */
export function trainingEnvironment(facts: TrainingFacts): Readonly<Record<string, string>> {
  const parameters = userHyperparameters(facts.hyperparameters);
  const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
  const channelDirs = Object.fromEntries(facts.channels.map((name) => [name, trainingPaths.channel(name)]));
  const common = { current_host: 'algo-1', hosts: ['algo-1'], log_level: 20, num_cpus: facts.cpus, num_gpus: 0 };
  return {
    SM_MODEL_DIR: trainingPaths.model,
    SM_OUTPUT_DIR: path('output'),
    SM_OUTPUT_DATA_DIR: trainingPaths.outputData,
    SM_INPUT_DIR: path('input'),
    SM_INPUT_CONFIG_DIR: trainingPaths.config,
    SM_CHANNELS: JSON.stringify([...facts.channels].sort()),
    ...Object.fromEntries(facts.channels.map((name) => [`SM_CHANNEL_${name.toUpperCase()}`, trainingPaths.channel(name)])),
    SM_HPS: JSON.stringify(values),
    ...Object.fromEntries(parameters.map(({ name, raw, value }) =>
      [`SM_HP_${name.toUpperCase()}`, isRecord(value) ? JSON.stringify(value) : textOf(raw, value)])),
    SM_HOSTS: JSON.stringify(common.hosts),
    SM_CURRENT_HOST: common.current_host,
    SM_CURRENT_INSTANCE_TYPE: facts.instanceType,
    SM_NUM_CPUS: String(common.num_cpus),
    SM_NUM_GPUS: String(common.num_gpus),
    SM_LOG_LEVEL: String(common.log_level),
    SM_USER_ARGS: JSON.stringify(scriptArguments(parameters)),
    SM_USER_ENTRY_POINT: facts.program,
    SM_MODULE_NAME: facts.program.replace(/\.py$/, ''),
    SM_MODULE_DIR: facts.submitDirectory,
    SM_INPUT_DATA_CONFIG: JSON.stringify(facts.inputDataConfig),
    SM_RESOURCE_CONFIG: JSON.stringify(facts.resourceConfig),
    SM_TRAINING_ENV: JSON.stringify({
      ...common,
      channel_input_dirs: channelDirs,
      hyperparameters: values,
      input_config_dir: trainingPaths.config,
      input_data_config: facts.inputDataConfig,
      input_dir: path('input'),
      is_master: true,
      job_name: facts.jobName,
      master_hostname: 'algo-1',
      model_dir: trainingPaths.model,
      module_dir: facts.submitDirectory,
      module_name: facts.program.replace(/\.py$/, ''),
      output_data_dir: trainingPaths.outputData,
      output_dir: path('output'),
      resource_config: facts.resourceConfig,
      user_entry_point: facts.program,
    }),
  };
}
