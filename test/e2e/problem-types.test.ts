import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { measureModel } from '../../lambda/model-check/check';
import { buildReference } from '../../lambda/profile/build';
import { answerForm } from '../../lambda/shared/inference/answers';
import { METRICS } from '../../lambda/shared/metrics';
import { type ModelDeclaration, type ModelProjectData, PROBLEM_TYPES, type ProblemType } from '../../lambda/shared/project/contract';
import type { DataSchema } from '../../lambda/shared/schema/contract';
import { ensurePython } from '../../local/setup';
import { measured, withFiles } from '../lambda/support';

jest.setTimeout(300_000);

const MODELS = join(__dirname, '..', '..', 'models');

/** Runs a made-up project through the scripts and copies what they wrote. */
const PIPELINES = `
import shutil, sys
from pathlib import Path
from tests.support import Run
for name in sys.argv[2:]:
    run, target = Run(name), Path(sys.argv[1], name)
    for part in ('evaluation', 'train'):
        shutil.copytree(run.folder / part, target / part)
    shutil.copy(run.project / 'schema.json', target / 'schema.json')
`;

interface Evaluation {
  readonly metrics: Readonly<Record<string, number>>;
  readonly trivial: Readonly<Record<string, number>>;
}

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'problem-types-'));
  const { python } = await ensurePython({ log: () => undefined });
  const env = { ...process.env, PYTHONPATH: [join(MODELS, 'tabular'), MODELS].join(delimiter) };
  await promisify(execFile)(python, ['-c', PIPELINES, folder, ...PROBLEM_TYPES], { env });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (problemType: ProblemType, path: string): Buffer => readFileSync(join(folder, problemType, path));
const json = <T>(problemType: ProblemType, path: string): T => JSON.parse(read(problemType, path).toString('utf8')) as T;

const projectOf = (problemType: ProblemType): ModelProjectData => ({
  policyDigest: 'f'.repeat(64),
  schema: json<DataSchema>(problemType, 'schema.json'),
  declaration: { problemType, quality: { metrics: {} }, ...(problemType === 'binaryClassification' && { positiveLabel: 'Yes', decisionThreshold: 0.5 }) } as unknown as ModelDeclaration,
});

describe.each([...PROBLEM_TYPES])('What the scripts write of a %s', (problemType) => {
  test('is measured by the model check, with the values that the scripts have', async () => {
    const evaluation = json<Evaluation>(problemType, 'evaluation/evaluation.json');
    const measurements = await withFiles({ 'predictions.parquet': read(problemType, 'evaluation/predictions.parquet') }, async (database, predictions) =>
      measureModel(database, { predictions, evaluation: { content: evaluation }, studies: { problem: 'there are none here' }, tests: { problem: 'there are none here' } }, projectOf(problemType), 'seed'));
    const names = Object.keys(METRICS[problemType]);
    expect(Object.keys(evaluation.metrics).toSorted()).toEqual(names.toSorted());
    for (const name of names) {
      expect([name, measured(measurements, name).value]).toEqual([name, expect.closeTo(evaluation.metrics[name] ?? Number.NaN, 9)]);
    }
    expect(measured(measurements, 'trivialMargin').value).toBeGreaterThan(0.1);
    expect(measured(measurements, 'championDifference').status).toBe('notApplicable');
  });

  test('is a reference to compare production with', async () => {
    const files = { 'train.parquet': read(problemType, 'train/part-0.parquet'), 'predictions.parquet': read(problemType, 'evaluation/predictions.parquet') };
    const { features, prediction } = await withFiles(files, async (database, [train, predictions]) => buildReference(database, [train!], [predictions!], projectOf(problemType)));
    expect(prediction.kind).toBe(problemType === 'multiclassClassification' ? 'categorical' : 'numeric');
    expect([features.area?.kind, features.garden?.kind, features.built?.kind]).toEqual(['categorical', 'categorical', 'numeric']);
    expect(features.rooms?.missing).toBeGreaterThan(0);
  });

  test('has golden records with the numbers of an answer', () => {
    const { expected } = json<{ expected: number[][] }>(problemType, 'evaluation/golden.json');
    const classes = projectOf(problemType).schema.target.domain?.length ?? 0;
    const length = problemType === 'multiclassClassification' ? classes : 1;
    expect(expected.every((values) => values.length === length)).toBe(true);
    expect(answerForm(projectOf(problemType)).columns('candidate').filter(({ kind }) => kind === 'number')).toHaveLength(length);
  });
});
