import type { Label, ProblemType } from '../../../lambda/shared/project/contract';
import type { ColumnSchema } from '../../../lambda/shared/schema/contract';
import { counted, figure, list } from '../../../lambda/shared/words';
import { ScaffoldError } from '../errors';
import { numbersOf } from './column-facts';
import type { Column } from './columns';

/** What is predicted. */
export interface Target {
  readonly column: Column;
  readonly schema: ColumnSchema;
  /** Expression of its value in the delivery; null where the row has none. */
  readonly sql: string;
  readonly changes: readonly string[];
  readonly problemType: ProblemType;
  /** Why this problem type. */
  readonly because: string;
  /** Classes with their shares of the rows, in the order of the domain; none for a number. */
  readonly classes: readonly { readonly label: Label; readonly n: number; readonly share: number }[];
  /** Of a binary classification. */
  readonly positiveLabel?: Label;
  readonly positiveBecause?: string;
}

const MOST_CLASSES = 30;
/** Whole numbers with at most so many different values, each in so many rows on average, are classes. */
const WHOLE_CLASSES = { values: 10, rows: 10 };
/** Of each class some rows must come into each of the three splits. */
const LEAST_CLASS_ROWS = 10;
/** Words for the answer that people look for, in a few languages and as numbers. */
const POSITIVE = /^(yes|y|true|t|1|1\.0|positive|pos|ja|oui|si|churn|churned|default|defaulted|fraud|bad|spam|sick|failed|failure|won|accepted|approved)$/i;

/**
 * Infers the problem from the target's column.
 *
 * @param asked problem type that the user names
 * @throws ScaffoldError for a target that can't be one, or not of the problem that was asked for.
 */
export function targetOf(column: Column, asked: ProblemType | undefined): Target {
  const { name, facts } = column;
  if (facts.times !== undefined || facts.ambiguous !== undefined) {
    throw new ScaffoldError(`the target ${name} holds dates or times; a target is a class or a number`);
  }
  if (facts.present === 0 || facts.distinct < 2) {
    throw new ScaffoldError(`the target ${name} ${facts.present === 0 ? 'holds no value' : `is ${JSON.stringify(facts.values?.[0]?.value)} in every row`}; there is nothing to learn`);
  }
  const { problemType, because } = inferred(column, asked);
  return problemType === 'regression' ? numberTarget(column, because) : classTarget(column, problemType, because);
}

function inferred({ name, facts }: Column, asked: ProblemType | undefined): { readonly problemType: ProblemType; readonly because: string } {
  const numbers = numbersOf(facts);
  const isNumber = numbers !== undefined;
  const classes = facts.values !== undefined && facts.distinct <= MOST_CLASSES;
  const fit: Record<ProblemType, boolean> = { binaryClassification: facts.distinct === 2, multiclassClassification: classes && facts.distinct > 2, regression: isNumber && facts.distinct > 2 };
  if (asked !== undefined) {
    if (!fit[asked]) {
      const possible = (Object.keys(fit) as ProblemType[]).filter((type) => fit[type]);
      throw new ScaffoldError(`--problem-type ${asked} does not fit the target ${name} with ${counted(facts.distinct, 'different value')}${isNumber ? '' : ' of text'}; ${possible.length === 0 ? 'no problem type does' : `possible: ${list(possible)}`}`);
    }
    return { problemType: asked, because: 'as asked with --problem-type' };
  }
  const different = counted(facts.distinct, 'different value');
  if (fit.binaryClassification) {
    return { problemType: 'binaryClassification', because: `${name} has two values` };
  }
  const few = numbers?.whole === true && facts.distinct <= WHOLE_CLASSES.values && facts.present >= WHOLE_CLASSES.rows * facts.distinct;
  if (fit.multiclassClassification && (few || !isNumber)) {
    return { problemType: 'multiclassClassification', because: `${name} has ${different}${few ? ', all whole numbers; if they are amounts, make the project anew with --problem-type regression' : ''}` };
  }
  if (fit.regression) {
    return { problemType: 'regression', because: `${name} is a number with ${different}` };
  }
  throw new ScaffoldError(`the target ${name} has ${different} of text, more than the ${MOST_CLASSES} classes that a classification may have; name a column with classes or numbers`);
}

function numberTarget(column: Column, because: string): Target {
  const { schema } = column;
  const whole = schema?.type === 'integer' && schema.domain === undefined;
  const { minimum, maximum } = column.facts.numbers ?? { minimum: undefined, maximum: undefined };
  // Without bounds on the side where a target may grow: an unusual value is what the model is for.
  const bounds = { ...(minimum !== undefined && minimum >= 0 && { minimum: 0 }) };
  return { column, because, sql: column.sql, changes: column.changes, problemType: 'regression', classes: [], schema: { name: column.name, type: whole && maximum !== undefined ? 'integer' : 'number', ...bounds } };
}

function classTarget(column: Column, problemType: ProblemType, because: string): Target {
  const { name, facts } = column;
  const isNumber = numbersOf(facts)?.strays.n === 0;
  const truth = column.schema?.type === 'boolean';
  const labelOf = (value: string): Label => (truth ? value.toLowerCase() === 'true' : isNumber ? Number(value) : value);
  const counts = new Map<Label, number>();
  for (const { value, n } of facts.values ?? []) {
    counts.set(labelOf(value), (counts.get(labelOf(value)) ?? 0) + n);
  }
  const labels = [...counts.keys()].toSorted((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1));
  const small = labels.filter((label) => (counts.get(label) ?? 0) < LEAST_CLASS_ROWS);
  if (small.length > 0) {
    throw new ScaffoldError(`the target ${name} has ${small.length === 1 ? 'a class' : 'classes'} in fewer than ${LEAST_CLASS_ROWS} rows (${list(small.map((label) => `${String(label)}: ${figure(counts.get(label) ?? 0)}`))}); give more such rows, or join or leave out these classes`);
  }
  const classes = labels.map((label) => ({ label, n: counts.get(label) ?? 0, share: (counts.get(label) ?? 0) / facts.present }));
  const type = truth ? 'boolean' : isNumber ? (labels.every((label) => Number.isInteger(label)) ? 'integer' : 'number') : 'string';
  const schema: ColumnSchema = { name, type, ...(!truth && { domain: labels }) };
  const asText = type === 'string' && facts.numbers !== undefined;
  return { column, schema, sql: asText ? column.text : column.sql, changes: asText ? [] : column.changes, problemType, because, classes, ...(problemType === 'binaryClassification' && positive(classes)) };
}

function positive(classes: Target['classes']): Pick<Target, 'positiveLabel' | 'positiveBecause'> {
  const named = classes.filter(({ label }) => POSITIVE.test(String(label)));
  if (named.length === 1 && named[0] !== undefined) {
    return { positiveLabel: named[0].label, positiveBecause: 'by its name' };
  }
  const rarer = classes.toSorted((a, b) => a.n - b.n)[0];
  return { positiveLabel: rarer?.label, positiveBecause: 'the rarer one' };
}
