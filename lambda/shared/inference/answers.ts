import type { OutputColumn } from '../metrics/problem';
import type { ModelProjectData, ProblemType } from '../project/contract';
import { identifier, literal } from '../tables/duckdb';
import type { ModelOutput } from './contract';

/** What application, checks and monitor do differently with the answers of the problem types. An answer is what a model says of one record. */
export interface AnswerForm {
  /** How messages describe it. */
  readonly shape: string;
  /** The answer, without what else came with it; `undefined` if it is none. */
  parse(value: unknown): ModelOutput | undefined;
  /** What the application makes of an answer. */
  decide(output: ModelOutput): string;
  /** What a decision can be; any text, if left out. */
  readonly decisions?: readonly string[];
  /** The numbers of an answer, as golden records hold them. */
  vector(output: ModelOutput): readonly number[];
  /** Members of `output` in an inference record, with their types in DuckDB. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Columns of an answer by name, as expressions over `output`; in the order of a problem's outputs. */
  columns(name: string): readonly (OutputColumn & { readonly expression: string })[];
  /** The label of a target column as the metrics want it: 0 or 1, the text of the class, or the value. */
  label(target: string): string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isProbability = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;
const isLabel = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** Probabilities of all classes add up to 1, up to what floating-point arithmetic explains. */
const SUM_TOLERANCE = 1e-6;

function binary({ declaration: { positiveLabel, decisionThreshold = 0.5 } }: ModelProjectData): AnswerForm {
  const probability = (output: ModelOutput): number => ('probability' in output ? output.probability : Number.NaN);
  return {
    shape: '{probability: 0 to 1, label}',
    parse: (value) => (isObject(value) && isProbability(value.probability) && isLabel(value.label) ? { probability: value.probability, label: value.label } : undefined),
    decide: (output) => (probability(output) >= decisionThreshold ? 'positive' : 'negative'),
    decisions: ['positive', 'negative'],
    vector: (output) => [probability(output)],
    members: { probability: 'DOUBLE' },
    columns: (name) => [{ name, kind: 'number', expression: 'output.probability' }],
    // Numbers are compared as numbers: a delivery may write 1 as 1.0.
    label: (target) =>
      `CAST(${typeof positiveLabel === 'number' ? `TRY_CAST(${target} AS DOUBLE) = ${positiveLabel}` : `${target} = ${literal(String(positiveLabel))}`} AS INTEGER)`,
  };
}

function multiclass({ schema: { target } }: ModelProjectData): AnswerForm {
  const classes = (target.domain ?? []).map(String);
  const numeric = target.type === 'integer' || target.type === 'number';
  const isComplete = (value: unknown): value is Readonly<Record<string, number>> =>
    isObject(value) &&
    Object.keys(value).length === classes.length &&
    classes.every((name) => isProbability(value[name])) &&
    Math.abs(Object.values(value).reduce<number>((sum, share) => sum + Number(share), 0) - 1) <= SUM_TOLERANCE;
  const position = (name: string): string => (numeric ? `TRY_CAST(${name} AS DOUBLE)` : name);
  return {
    shape: `{probabilities: {${classes.join(', ')}}, label}`,
    parse: (value) =>
      isObject(value) && isComplete(value.probabilities) && isLabel(value.label) && classes.includes(String(value.label))
        ? { probabilities: value.probabilities, label: value.label }
        : undefined,
    decide: (output) => ('label' in output ? String(output.label) : ''),
    decisions: classes,
    vector: (output) => classes.map((name) => ('probabilities' in output ? (output.probabilities[name] ?? Number.NaN) : Number.NaN)),
    members: { label: 'VARCHAR', probabilities: Object.fromEntries(classes.map((name) => [name, 'DOUBLE'])) },
    columns: (name) => [
      { name, kind: 'class', expression: 'output.label' },
      ...classes.map((text, index) => ({ name: `${name}_${index}`, kind: 'number' as const, expression: `output.probabilities.${identifier(text)}` })),
    ],
    label: (column) => `CASE ${classes.map((text) => `WHEN ${position(column)} = ${position(literal(text))} THEN ${literal(text)}`).join(' ')} END`,
  };
}

function regression(): AnswerForm {
  const value = (output: ModelOutput): number => ('value' in output ? output.value : Number.NaN);
  return {
    shape: '{value}',
    parse: (answer) => (isObject(answer) && typeof answer.value === 'number' && Number.isFinite(answer.value) ? { value: answer.value } : undefined),
    // A number is no decision: what follows from it is the caller's.
    decide: () => 'estimated',
    decisions: ['estimated'],
    vector: (output) => [value(output)],
    members: { value: 'DOUBLE' },
    columns: (name) => [{ name, kind: 'number', expression: 'output.value' }],
    label: (target) => `TRY_CAST(${target} AS DOUBLE)`,
  };
}

const FORMS: Readonly<Record<ProblemType, (project: ModelProjectData) => AnswerForm>> = { binaryClassification: binary, multiclassClassification: multiclass, regression };

/** The form of the answers of a project's model. */
export const answerForm = (project: ModelProjectData): AnswerForm => FORMS[project.declaration.problemType](project);
