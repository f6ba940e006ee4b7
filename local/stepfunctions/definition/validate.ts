import { ServiceError } from '../../core/service';
import { resolveResource } from '../integrations/resource';
import { checkExpressions } from '../jsonata/check';
import { mapProblems } from './distributed';
import { EXPRESSION_FIELDS, JSONPATH_FIELDS, PART_FIELDS, STATE_FIELDS } from './fields';
import { checkGraph, stateNames } from './graph';
import { catchAllProblem, retrierProblems } from './retry';
import { partProblems, stateProblems, type ShapeProblem } from './shape';
import type { Definition, StateType } from './types';

type Json = Readonly<Record<string, unknown>>;

interface Report {
  (code: string, message: string, location: string): void;
}

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function checkFields(part: Json, allowed: readonly string[], location: string, report: Report): void {
  for (const field of Object.keys(part)) {
    if (JSONPATH_FIELDS.has(field)) {
      report('SCHEMA_VALIDATION_FAILED', `The QueryLanguage is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath' QueryLanguage`, location);
    } else if (!allowed.includes(field)) {
      report('SCHEMA_VALIDATION_FAILED', `Field '${field}' is not supported; allowed are ${allowed.join(', ')}`, `${location}/${field}`);
    }
  }
}

const reportShape = ({ field, message }: ShapeProblem, location: string, report: Report): void =>
  report('SCHEMA_VALIDATION_FAILED', message, field === undefined ? location : `${location}/${field}`);

function checkParts(state: Json, location: string, report: Report): void {
  const parts = [
    ['Retry', PART_FIELDS.retrier, ['ErrorEquals']],
    ['Catch', PART_FIELDS.catcher, ['ErrorEquals', 'Next']],
    ['Choices', PART_FIELDS.choiceRule, ['Condition', 'Next']],
  ] as const;
  for (const [field, allowed, needed] of parts) {
    listOf(state[field]).forEach((part, index) => {
      const at = `${location}/${field}[${index}]`;
      if (!isRecord(part)) {
        return;
      }
      checkFields(part, allowed, at, report);
      [...partProblems(part, needed), ...(field === 'Retry' ? retrierProblems(part) : [])].forEach((problem) => reportShape(problem, at, report));
      const catchAll = catchAllProblem(listOf(state[field]) as readonly Json[], index);
      if (catchAll !== undefined) {
        report('SCHEMA_VALIDATION_FAILED', catchAll, `${at}/ErrorEquals`);
      }
      for (const name of ['Condition', 'Output', 'Assign']) {
        checkExpressions(part[name], `${at}/${name}`, field === 'Catch', (error, place) => report(error.code, error.message, place));
      }
    });
  }
}

async function checkState(name: string, state: Json, language: string, location: string, report: Report): Promise<void> {
  const own = state['QueryLanguage'] ?? language;
  if (own !== 'JSONata') {
    report(
      'UNSUPPORTED_QUERY_LANGUAGE',
      `State '${name}' is in ${String(own)}; the local AWS runs JSONata only: set field 'QueryLanguage' to 'JSONata' on the machine or the state`,
      `${location}/QueryLanguage`,
    );
    return;
  }
  const allowed = STATE_FIELDS[state['Type'] as keyof typeof STATE_FIELDS] as readonly string[] | undefined;
  if (allowed === undefined) {
    report('SCHEMA_VALIDATION_FAILED', `State '${name}' has Type '${String(state['Type'])}'; known are ${Object.keys(STATE_FIELDS).join(', ')}`, `${location}/Type`);
    return;
  }
  checkFields(state, allowed, location, report);
  stateProblems(state['Type'] as StateType, state).forEach((problem) => reportShape(problem, location, report));
  for (const field of EXPRESSION_FIELDS) {
    checkExpressions(state[field], `${location}/${field}`, false, (error, place) => report(error.code, error.message, place));
  }
  checkParts(state, location, report);
  if (typeof state['Resource'] === 'string') {
    const integration = await resolveResource(state['Resource']);
    if (typeof integration === 'string') {
      report('UNSUPPORTED_RESOURCE', `State '${name}': ${integration}`, `${location}/Resource`);
    }
  }
  for (const [index, branch] of listOf(state['Branches']).entries()) {
    await checkBlock(branch, PART_FIELDS.branch, language, `${location}/Branches[${index}]`, report);
  }
  if (isRecord(state['ItemProcessor'])) {
    const processor = state['ItemProcessor'];
    const config = isRecord(processor['ProcessorConfig']) ? processor['ProcessorConfig'] : {};
    checkFields(config, PART_FIELDS.processorConfig, `${location}/ItemProcessor/ProcessorConfig`, report);
    mapProblems(state).forEach(({ at, message }) => report('SCHEMA_VALIDATION_FAILED', message, `${location}/${at}`));
    await checkBlock(processor, PART_FIELDS.itemProcessor, language, `${location}/ItemProcessor`, report);
  }
}

async function checkBlock(block: unknown, allowed: readonly string[], language: string, location: string, report: Report): Promise<void> {
  if (!isRecord(block)) {
    return;
  }
  checkFields(block, allowed, location, report);
  checkGraph(block, location, report);
  for (const [name, state] of Object.entries(isRecord(block['States']) ? block['States'] : {})) {
    if (isRecord(state)) {
      await checkState(name, state, language, `${location}/States/${name}`, report);
    }
  }
}

const refuse = (problems: readonly string[]): ServiceError =>
  new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${problems.join(', ')}'`);

/**
 * Reads a definition as CreateStateMachine does.
 *
 * @throws ServiceError `InvalidDefinition` with every problem: its code, what is wrong and the location (`/States/<name>/<field>`)
 */
export async function parseDefinition(text: string): Promise<Definition> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw refuse([`INVALID_JSON_DESCRIPTION: ${(error as Error).message}`]);
  }
  if (!isRecord(parsed)) {
    throw refuse(['INVALID_JSON_DESCRIPTION: the definition must be a JSON object']);
  }
  const problems: string[] = [];
  const language = typeof parsed['QueryLanguage'] === 'string' ? parsed['QueryLanguage'] : 'JSONPath';
  await checkBlock(parsed, PART_FIELDS.machine, language, '', (code, message, location) => problems.push(`${code}: ${message} at ${location === '' ? '/' : location}`));
  const names = stateNames(parsed);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  twice.forEach((name) => problems.push(`DUPLICATE_STATE_NAME: State '${name}' occurs more than once in the machine`));
  if (problems.length > 0) {
    throw refuse(problems);
  }
  return parsed as unknown as Definition;
}
