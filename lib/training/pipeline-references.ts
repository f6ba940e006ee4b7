/** Definition of a SageMaker pipeline, as far as references in it are concerned. */
export interface DefinitionJson {
  readonly Parameters: readonly { readonly Name: string; readonly Type: string; readonly DefaultValue?: unknown }[];
  readonly Steps: readonly StepJson[];
}

export interface StepJson {
  readonly Name: string;
  readonly Type: string;
  readonly Arguments: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly PropertyFiles?: readonly { readonly PropertyFileName: string; readonly OutputName: string; readonly FilePath: string }[];
}

const EXECUTION_VARIABLES = [
  'StartDateTime',
  'CurrentDateTime',
  'PipelineName',
  'PipelineArn',
  'PipelineExecutionId',
  'PipelineExecutionArn',
  'TrainingJobName',
  'ProcessingJobName',
];

const NAME = /^[A-Za-z0-9-_]{1,64}$/;

/** Answers of the Describe call of a step's job that a reference may go into. */
const STEP_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  Processing: ['ProcessingJobArn', 'ProcessingJobName', 'ProcessingOutputConfig', 'ProcessingJobStatus', 'ExitMessage', 'PropertyFiles'],
  Training: ['TrainingJobArn', 'TrainingJobName', 'ModelArtifacts', 'TrainingJobStatus', 'OutputDataConfig', 'FinalMetricDataList'],
};

/** Everything wrong with the names and references of a pipeline definition, one sentence each. */
export function referenceFaults(definition: DefinitionJson): string[] {
  return [...nameFaults(definition), ...definition.Steps.flatMap((step) => stepFaults(step, definition)), ...cycleFaults(definition), ...unusedFaults(definition)];
}

function nameFaults({ Parameters, Steps }: DefinitionJson): string[] {
  const faults = (kind: string, all: readonly string[]): string[] => [
    ...all.filter((name) => !NAME.test(name)).map((name) => `${kind} "${name}": a name has 1 to 64 letters, digits, hyphens or underscores`),
    ...all.filter((name, index) => all.indexOf(name) !== index).map((name) => `${kind} "${name}" is declared twice`),
  ];
  return [...faults('parameter', Parameters.map(({ Name }) => Name)), ...faults('step', Steps.map(({ Name }) => Name))];
}

function stepFaults(step: StepJson, definition: DefinitionJson): string[] {
  const dependencies = (step.DependsOn ?? []).filter((name) => !definition.Steps.some(({ Name }) => Name === name));
  const files = (step.PropertyFiles ?? []).filter(({ OutputName }) => !outputsOf(step).includes(OutputName));
  return [
    ...dependencies.map((name) => `step ${step.Name} depends on step "${name}", which is not declared; steps: ${list(definition.Steps.map(({ Name }) => Name))}`),
    ...files.map((file) => `step ${step.Name}: property file ${file.PropertyFileName} lies in output "${file.OutputName}"; outputs: ${list(outputsOf(step))}`),
    ...referencesIn(step.Arguments).flatMap((path) => pathFault(path, definition).map((fault) => `step ${step.Name} refers to ${path}: ${fault}`)),
  ];
}

function pathFault(path: string, { Parameters, Steps }: DefinitionJson): string[] {
  const [root = '', name = '', property = ''] = path.split('.');
  const unknown = (kind: string, known: readonly string[]): string[] => (known.includes(name) ? [] : [`there is no ${kind} "${name}"; there are: ${list(known)}`]);
  if (root === 'Parameters') {
    return unknown('parameter', Parameters.map(({ Name }) => Name));
  }
  if (root === 'Execution') {
    return unknown('execution variable', EXECUTION_VARIABLES);
  }
  if (root !== 'Steps') {
    return ['a reference begins with Parameters, Steps or Execution'];
  }
  const step = Steps.find(({ Name }) => Name === name);
  if (step === undefined) {
    return unknown('step', Steps.map(({ Name }) => Name));
  }
  return propertyFault(step, property, path);
}

function propertyFault(step: StepJson, property: string, path: string): string[] {
  const allowed = STEP_PROPERTIES[step.Type];
  if (allowed !== undefined && !allowed.includes(property)) {
    return [`a ${step.Type} step has no property "${property}"; it has: ${list(allowed)}`];
  }
  const output = /\.ProcessingOutputConfig\.Outputs\['([^']*)'\]/.exec(path)?.[1];
  if (output !== undefined && !outputsOf(step).includes(output)) {
    return [`step ${step.Name} has no output "${output}"; it has: ${list(outputsOf(step))}`];
  }
  const file = property === 'PropertyFiles' ? path.split('.')[3] : undefined;
  const files = (step.PropertyFiles ?? []).map(({ PropertyFileName }) => PropertyFileName);
  return file !== undefined && !files.includes(file) ? [`step ${step.Name} has no property file "${file}"; it has: ${list(files)}`] : [];
}

/** SageMaker would refuse a cycle only when the pipeline is deployed. */
function cycleFaults({ Steps }: DefinitionJson): string[] {
  const edges = new Map(Steps.map((step) => [step.Name, predecessors(step)]));
  const done = new Set<string>();
  const walk = (name: string, trail: readonly string[]): string[] => {
    if (trail.includes(name)) {
      return [`steps wait for each other: ${[...trail.slice(trail.indexOf(name)), name].join(' -> ')}`];
    }
    if (done.has(name)) {
      return [];
    }
    done.add(name);
    return (edges.get(name) ?? []).flatMap((next) => walk(next, [...trail, name]));
  };
  return Steps.flatMap(({ Name }) => walk(Name, []));
}

/** Steps that a step waits for: by reference or by declaration. */
export function predecessors(step: StepJson): string[] {
  const referred = referencesIn(step.Arguments).flatMap((path) => (path.startsWith('Steps.') ? [path.split('.')[1] ?? ''] : []));
  return [...new Set([...referred, ...(step.DependsOn ?? [])])];
}

function unusedFaults({ Parameters, Steps }: DefinitionJson): string[] {
  const used = new Set(Steps.flatMap(({ Arguments }) => referencesIn(Arguments)));
  return Parameters.filter(({ Name }) => !used.has(`Parameters.${Name}`)).map(({ Name }) => `parameter "${Name}" is declared and used by no step; remove it`);
}

const outputsOf = (step: StepJson): string[] => {
  const config = step.Arguments.ProcessingOutputConfig;
  const outputs = isRecord(config) && Array.isArray(config.Outputs) ? config.Outputs : [];
  return outputs.flatMap((output: unknown) => (isRecord(output) && typeof output.OutputName === 'string' ? [output.OutputName] : []));
};

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(referencesIn);
  }
  if (!isRecord(value)) {
    return [];
  }
  return typeof value.Get === 'string' && Object.keys(value).length === 1 ? [value.Get] : Object.values(value).flatMap(referencesIn);
}

const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
