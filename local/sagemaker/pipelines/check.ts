import * as sdk from '@aws-sdk/client-sagemaker';
import { operationsOf, type Shape } from '../../core/schema';
import { validateOperation } from '../../core/validate';
import { conditionProblems } from './conditions';
import { ownArguments, placedSteps, type PipelineDefinition, type PlacedStep, type Step } from './definition';
import { dependencies, findCycle } from './graph';
import { isRecord, pathsIn, referencePlaces, splitPath } from './references';
import { CALL_STEPS, EXECUTION_VARIABLES, STEP_TYPES } from './step-types';

const NAME = /^[A-Za-z0-9\-_]{1,64}$/;
const PARAMETER_TYPES = ['String', 'Integer', 'Float', 'Boolean'];
const STEP_MEMBERS = ['Name', 'Type', 'Arguments', 'DependsOn', 'DisplayName', 'Description', 'CacheConfig', 'RetryPolicies', 'PropertyFiles'];
const TOP_MEMBERS = ['Version', 'Metadata', 'Parameters', 'PipelineExperimentConfig', 'Steps'];
const EXCEPTION_TYPES = [
  'Step.SERVICE_FAULT', 'Step.THROTTLING', 'SageMaker.JOB_INTERNAL_ERROR', 'SageMaker.CAPACITY_ERROR', 'SageMaker.RESOURCE_LIMIT',
];

const unknownMembers = (value: object, known: readonly string[], path: string): string[] =>
  Object.keys(value).filter((name) => !known.includes(name)).map((name) => `${path}${name}: unknown member`);

const repeated = (names: readonly string[]): string[] => [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];

function parameterProblems(definition: PipelineDefinition): string[] {
  const parameters = definition.Parameters ?? [];
  return [
    ...repeated(parameters.map(({ Name }) => Name)).map((name) => `Parameters: ${name} is declared more than once`),
    ...parameters.filter(({ Name }) => !NAME.test(Name)).map(({ Name }) => `Parameters: the name ${JSON.stringify(Name)} does not match ${NAME.source}`),
    ...parameters.filter(({ Type }) => !PARAMETER_TYPES.includes(Type))
      .map(({ Name, Type }) => `Parameters.${Name}: unknown type ${Type}; known are ${PARAMETER_TYPES.join(', ')}`),
  ];
}

/** Problems of a step's arguments in the schema of the call that they are for; what only the run knows is left out. */
function argumentProblems(step: Step): string[] {
  const call = CALL_STEPS[step.Type];
  if (call === undefined) {
    return [];
  }
  if (call.nameMember !== undefined && step.Arguments[call.nameMember] !== undefined) {
    return [`${call.nameMember}: the pipeline names its jobs itself; leave it out`];
  }
  const input = { ...step.Arguments, ...(call.nameMember === undefined ? {} : { [call.nameMember]: 'named-at-run-time' }) };
  const places = referencePlaces(step.Arguments);
  return validateOperation(sdk, call.create, input).filter((problem) => {
    const path = problem.slice(0, problem.indexOf(': '));
    return !places.some((place) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`));
  });
}

function stepProblems({ step }: PlacedStep): string[] {
  if (!STEP_TYPES.includes(step.Type)) {
    return [`the step type ${JSON.stringify(step.Type)} is not supported by the local AWS; it runs ${STEP_TYPES.join(', ')}`];
  }
  if (!isRecord(step.Arguments)) {
    return ['Arguments: missing'];
  }
  const outputs = outputNames(step);
  const known = outputs.join(', ') || 'none';
  const conditions = step.Type === 'Condition' && !Array.isArray(step.Arguments.Conditions) ? ['Arguments.Conditions: missing'] : [];
  return [
    ...unknownMembers(step, STEP_MEMBERS, ''),
    ...(NAME.test(step.Name) ? [] : [`the name does not match ${NAME.source}`]),
    ...(step.CacheConfig?.Enabled === true ? ['CacheConfig: step caching is not supported by the local AWS, and a cached training is no new training'] : []),
    ...argumentProblems(step).map((problem) => `Arguments.${problem}`),
    ...conditions,
    ...(step.Type === 'Condition' && conditions.length === 0
      ? (step.Arguments.Conditions as readonly unknown[]).flatMap((condition, index) => conditionProblems(condition, `Arguments.Conditions[${index}]`))
      : []),
    ...(step.Type === 'Fail' && step.Arguments.ErrorMessage === undefined ? ['Arguments.ErrorMessage: missing'] : []),
    ...(step.PropertyFiles ?? []).filter((file) => !outputs.includes(file.OutputName))
      .map((file) => `PropertyFiles.${file.PropertyFileName}: there is no output ${JSON.stringify(file.OutputName)}; outputs are ${known}`),
    ...(step.RetryPolicies ?? []).flatMap((policy) => policy.ExceptionType).filter((type) => !EXCEPTION_TYPES.includes(type))
      .map((type) => `RetryPolicies: unknown exception type ${type}; known are ${EXCEPTION_TYPES.join(', ')}`),
  ];
}

function outputNames(step: Step): string[] {
  const config = step.Arguments.ProcessingOutputConfig;
  const outputs = isRecord(config) && Array.isArray(config.Outputs) ? (config.Outputs as readonly unknown[]) : [];
  return outputs.flatMap((output) => (isRecord(output) ? [String(output.OutputName)] : []));
}

/** Why the path into a step's description leads nowhere; undefined when it is fine. */
function descriptionProblem(step: Step, parts: readonly (string | number)[]): string | undefined {
  const call = CALL_STEPS[step.Type];
  if (call === undefined) {
    return step.Type === 'Condition' && parts.length === 1 && parts[0] === 'Outcome' ? undefined : `a ${step.Type} step has no property ${parts.join('.')}`;
  }
  let shape: Shape | undefined = operationsOf(sdk).get(call.describe)?.output;
  for (const [index, part] of parts.entries()) {
    if (shape?.kind === 'structure' || shape?.kind === 'union') {
      shape = shape.members.get(String(part))?.().shape;
      if (shape === undefined) {
        return `${call.describe} answers no ${parts.slice(0, index + 1).join('.')}`;
      }
    } else if (shape?.kind === 'list') {
      if (parts[index - 1] === 'Outputs' && typeof part === 'string' && !outputNames(step).includes(part)) {
        return `the step has no output ${JSON.stringify(part)}; outputs are ${outputNames(step).join(', ') || 'none'}`;
      }
      shape = shape.member().shape;
    } else if (shape?.kind === 'map') {
      shape = shape.value().shape;
    } else {
      return `${parts.slice(0, index).join('.')} of ${call.describe} has no ${String(part)}`;
    }
  }
  return undefined;
}

function referenceProblem(path: string, definition: PipelineDefinition, steps: ReadonlyMap<string, Step>): string | undefined {
  let parts: (string | number)[];
  try {
    parts = splitPath(path);
  } catch (error) {
    return (error as Error).message;
  }
  const [root, name, ...rest] = parts;
  if (root === 'Parameters') {
    return definition.Parameters?.some((parameter) => parameter.Name === name) === true ? undefined : `${path}: no parameter ${String(name)} is declared`;
  }
  if (root === 'Execution') {
    const known = (EXECUTION_VARIABLES as readonly unknown[]).includes(name);
    return known ? undefined : `${path}: unknown execution variable; known are ${EXECUTION_VARIABLES.join(', ')}`;
  }
  const step = root === 'Steps' ? steps.get(String(name)) : undefined;
  if (step === undefined) {
    return `${path}: ${root === 'Steps' ? `there is no step ${String(name)}` : 'a reference starts with Parameters, Execution or Steps'}`;
  }
  if (rest[0] === 'PropertyFiles') {
    const declared = step.PropertyFiles?.some((file) => file.PropertyFileName === rest[1]) === true;
    return declared ? undefined : `${path}: the step ${step.Name} declares no property file ${String(rest[1])}`;
  }
  const problem = descriptionProblem(step, rest);
  return problem === undefined ? undefined : `${path}: ${problem}`;
}

/** Everything in a pipeline definition that cannot run here, each problem with its step. */
export function definitionProblems(definition: PipelineDefinition): string[] {
  if (!isRecord(definition) || !Array.isArray(definition.Steps)) {
    return ['the definition has no list Steps'];
  }
  const placed = placedSteps(definition.Steps);
  const steps = new Map(placed.map(({ step }) => [step.Name, step]));
  const form = [
    ...(definition.Version === '2020-12-01' ? [] : [`Version: expected 2020-12-01, got ${JSON.stringify(definition.Version)}`]),
    ...unknownMembers(definition, TOP_MEMBERS, ''),
    ...parameterProblems(definition),
    ...repeated(placed.map(({ step }) => step.Name)).map((name) => `Steps: the name ${name} is used more than once`),
    ...placed.flatMap((entry) => stepProblems(entry).map((problem) => `step ${entry.step.Name}: ${problem}`)),
  ];
  if (form.length > 0) {
    return form;
  }
  const references = placed.flatMap(({ step }) => [
    ...pathsIn(ownArguments(step)).flatMap((path) => referenceProblem(path, definition, steps) ?? []),
    ...(step.DependsOn ?? []).filter((name) => !steps.has(name)).map((name) => `DependsOn: there is no step ${name}`),
  ].map((problem) => `step ${step.Name}: ${problem}`));
  if (references.length > 0) {
    return references;
  }
  const cycle = findCycle(dependencies(placed));
  return cycle === undefined ? [] : [`the steps ${cycle.join(' -> ')} wait for each other`];
}
