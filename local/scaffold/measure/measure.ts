import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Comparison, Outputs, Problem } from '../../../lambda/shared/metrics';
import { binaryProblem } from '../../../lambda/shared/metrics/binary';
import { multiclassProblem } from '../../../lambda/shared/metrics/multiclass';
import { regressionProblem } from '../../../lambda/shared/metrics/regression';
import type { ProblemType } from '../../../lambda/shared/project/contract';
import { ensurePython } from '../../setup';
import { run, tail } from '../../setup/process';
import { REPOSITORY_FOLDER } from '../../setup/python';
import { ScaffoldError } from '../errors';
import type { Inference } from '../inference';

export type Contender = 'candidate' | 'baseline' | 'trivial';

/** One seeded split: metrics on its test rows, and the candidate against the two simpler ones by the test of the model gate. */
export interface Outcome {
  readonly seed: number;
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
  readonly metrics: Readonly<Record<Contender, Readonly<Record<string, number>>>>;
  readonly against: Readonly<Record<'baseline' | 'trivial', Comparison>>;
}

export interface Measured {
  readonly split: SplitChoice;
  /** Valid rows that were split; a sample of large data. */
  readonly rows: number;
  readonly hyperparameters: Readonly<Record<string, number>>;
  /** How many settings were compared on validation rows. */
  readonly settings: number;
  readonly outcomes: readonly Outcome[];
}

export interface SplitChoice {
  readonly by: 'recordId' | 'order';
  readonly entity?: string;
  /** Why the split does not go by an order that the data have. */
  readonly because?: string;
}

/** What `measure.py` writes. */
interface Document {
  readonly fault?: string;
  readonly rows: number;
  readonly settings: readonly Readonly<Record<string, number>>[];
  readonly chosen: number;
  readonly outcomes: readonly (Omit<Outcome, 'against'> & { readonly labels: readonly number[]; readonly predictions: Readonly<Record<Contender, readonly (readonly number[])[]>> })[];
}

const SEEDS = [1, 2, 3, 4, 5];

/**
 * Trains the project's candidate and baseline on seeded splits of its data.
 *
 * @param project folder with schema and code
 * @param asked how to split; by default by order where the data have one that leaves rows for each side
 * @throws ScaffoldError when nothing can be trained on the data.
 */
export async function measure(inference: Inference, project: string, asked: SplitChoice['by'] | undefined, log: (line: string) => void): Promise<Measured> {
  const entity = inference.entity?.schema.name;
  const hashed: SplitChoice = { by: 'recordId', ...(entity !== undefined && { entity }) };
  const { order } = inference.schema;
  const unordered = asked === 'recordId' ? 'the split by record id was asked for' : order === undefined ? 'no column orders the records' : order.nullable === true ? `${order.name} is missing in some rows` : undefined;
  if (asked === 'order' && unordered !== undefined) {
    throw new ScaffoldError(`--split order is not possible: ${unordered}`);
  }
  if (unordered !== undefined) {
    return attempt(inference, project, { ...hashed, because: unordered }, log);
  }
  try {
    return await attempt(inference, project, { ...hashed, by: 'order' }, log);
  } catch (error) {
    if (asked === 'order' || !(error instanceof ScaffoldError)) {
      throw error;
    }
    return attempt(inference, project, { ...hashed, because: error.message }, log);
  }
}

/** The same by record id, for a project whose split goes by order: what the order costs. */
export const measureByRecordId = (inference: Inference, project: string, { split }: Measured, log: (line: string) => void): Promise<Measured> =>
  attempt(inference, project, { ...split, by: 'recordId' }, log);

async function attempt({ delivered, target, schema }: Inference, project: string, split: SplitChoice, log: (line: string) => void): Promise<Measured> {
  const { python } = await ensurePython({ log });
  const data = join(project, 'data', 'measured');
  await mkdir(data, { recursive: true });
  await copyFile(delivered, join(data, `part-0${extname(delivered)}`));
  const out = join(project, 'data', 'measured.json');
  const args = [
    join(__dirname, 'measure.py'), project, data, out, '--problem-type', target.problemType, '--seeds', ...SEEDS.map(String), '--split-by', split.by,
    ...(split.entity === undefined ? [] : ['--entity', split.entity]), ...(target.positiveLabel === undefined ? [] : ['--positive-label', String(target.positiveLabel)]),
  ];
  const finished = await run(python, args, { env: { ...process.env, PYTHONPATH: join(REPOSITORY_FOLDER, 'models'), PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' } });
  if (finished.code !== 0) {
    throw new Error(`the measurement of the new project ended with ${finished.code}:\n${tail(finished.stderr)}`);
  }
  const document = JSON.parse(await readFile(out, 'utf8')) as Document;
  if (document.fault !== undefined) {
    // The file of the user, not its copy.
    throw new ScaffoldError(document.fault.replaceAll(join(data, `part-0${extname(delivered)}`), basename(delivered)).replaceAll(data, basename(delivered)));
  }
  const problem = problemFor(target.problemType, (schema.target.domain ?? []).map(String));
  return {
    split, rows: document.rows, hyperparameters: document.settings[document.chosen] ?? {}, settings: document.settings.length,
    outcomes: document.outcomes.map(({ seed, rows, metrics, labels, predictions }) => {
      const outputs = (contender: Contender): Outputs => outputsOf(target.problemType, predictions[contender]);
      const compare = (other: Contender): Comparison => problem.compare(Float64Array.from(labels), outputs('candidate'), outputs(other));
      return { seed, rows, metrics, against: { baseline: compare('baseline'), trivial: compare('trivial') } };
    }),
  };
}

const PROBLEMS: Readonly<Record<ProblemType, (classes: readonly string[]) => Problem>> = {
  binaryClassification: () => binaryProblem(0.5),
  multiclassClassification: multiclassProblem,
  regression: regressionProblem,
};

const problemFor = (problemType: ProblemType, classes: readonly string[]): Problem => PROBLEMS[problemType](classes);

/** The columns of predictions as the checks read them: of several classes the decided one comes first. */
function outputsOf(problemType: ProblemType, vectors: readonly (readonly number[])[]): Outputs {
  const columns = (vectors[0] ?? []).map((_, index) => Float64Array.from(vectors, (vector) => vector[index] ?? Number.NaN));
  return problemType === 'multiclassClassification' ? [Float64Array.from(vectors, (vector) => vector.indexOf(Math.max(...vector))), ...columns] : columns;
}
