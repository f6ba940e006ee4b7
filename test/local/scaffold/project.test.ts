import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { missingDocumentation } from '../../../lambda/register/documentation';
import { PRIMARY_METRIC } from '../../../lambda/shared/metrics/contract';
import { ModelProject } from '../../../lib/config/model-project';
import { type Inference, newModel, schemaText } from '../../../local/scaffold';
import type { Measured } from '../../../local/scaffold/measure/measure';
import { proposeThresholds } from '../../../local/scaffold/measure/thresholds';
import { modelYaml, type Project } from '../../../local/scaffold/render/model-yaml';
import { pythonFiles } from '../../../local/scaffold/render/python-files';
import { readme } from '../../../local/scaffold/render/readme';
import { measuredAs, outcomes } from './made-up';
import { inferred, noise, place, table } from './support';

// The engine starts anew for each file; a machine with other work needs longer.
jest.setTimeout(30_000);

const date = (row: number): string => `2025-0${1 + (noise(row, 7) % 9)}-1${row % 10}`;
const RICH = { sold: date, opened: date, gender: (row: number) => (row % 2 === 0 ? 'f' : 'm'), "it's \"odd\": #1": (row: number) => row % 40, customer_id: (row: number) => `c${row % 120}` };

function projectOf(name: string, inference: Inference, split = measuredAs([]).split): Project {
  const { problemType } = inference.target;
  const values = problemType === 'regression' ? [10, 10.1, 9.9] : [0.9, 0.91, 0.89];
  const measured = measuredAs(outcomes(PRIMARY_METRIC[problemType].metric, values, problemType === 'regression' ? 14 : 0.8, 0.1), split);
  return { name, file: '/somewhere/data.csv', inference, measured, thresholds: proposeThresholds(problemType, measured) };
}

/** Writes a project as the command does, without measuring anything. */
function written(project: Project): string {
  const folder = place(project.name);
  const { target, schema } = project.inference;
  const files = { ...pythonFiles({ problemType: target.problemType, positiveLabel: target.positiveLabel, schema }), 'schema.json': schemaText(schema), 'model.yaml': modelYaml(project) };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

describe('A project that was made of data is one that the blueprint loads:', () => {
  test.each<[string, Record<string, (row: number) => string | number | boolean>, Measured['split'] | undefined]>([
    ['yes-or-no', { ...RICH, y: (row) => (noise(row, 13) % 5 === 0 ? 'Yes' : 'No') }, { by: 'order', entity: 'customer_id' }],
    ['truth', { y: (row) => noise(row, 13) % 2 === 0 }, undefined],
    ['several-classes', { y: (row) => ['low', 'middle', 'null'][noise(row, 13) % 3] ?? '' }, undefined],
    ['number', { ...RICH, y: (row) => noise(row, 13) / 8 }, { by: 'recordId', entity: 'customer_id', because: '2 values leave no row for the split test' }],
  ])('%s', async (name, columns, split) => {
    const project = projectOf(name, await inferred(table(columns).replace("it's \"odd\": #1", '"it\'s ""odd"": #1"')), split);
    const loaded = ModelProject.load(written(project));
    expect(loaded.data.declaration.problemType).toBe(project.inference.target.problemType);
    expect(loaded.data.declaration.data).toEqual(project.inference.data);
    expect(loaded.data.declaration.training.split).toEqual(split === undefined ? { by: 'recordId' } : { by: split.by, entity: split.entity });
    expect(loaded.data.schema).toEqual(project.inference.schema);
  });
});

describe('Its declaration', () => {
  const yaml = async (): Promise<string> => modelYaml(projectOf('people', await inferred(table({ ...RICH, y: (row) => (noise(row, 13) % 5 === 0 ? 'Yes' : 'No') }).replace("it's \"odd\": #1", 'odd'))));

  test('says of each threshold what was measured', async () => {
    const text = await yaml();
    expect(text).toContain('# AUC: candidate 0.9 ± 0.01, linear baseline 0.8 ± 0, trivial predictor 0.4 ± 0.');
    expect(text).toContain('# AUC gained over the linear baseline: 0.1 ± 0 (from 0.1 to 0.1)');
    expect(text.split('\n').filter((line) => line.length > 160)).toEqual([]);
  });

  test('keeps Yes and No as texts for readers that know YAML 1.1', async () => {
    expect(parse(await yaml(), { version: '1.1' })).toMatchObject({ positiveLabel: 'Yes', data: { classShares: { Yes: expect.any(Object), No: expect.any(Object) } } });
  });

  test('decides a rare class by its share', async () => {
    expect(parse(await yaml())).toMatchObject({ decisionThreshold: 0.2 });
  });

  test('marks what sounds sensitive for a review, and reports its fairness without a judgement', async () => {
    const text = await yaml();
    expect(parse(text)).toMatchObject({ data: { sensitiveFeatures: ['gender'] } });
    expect(text).toContain('# REVIEW: these names sound like something that the law protects.');
    const large = modelYaml(projectOf('people', await inferred(table({ gender: (row) => (row % 2 === 0 ? 'f' : 'm'), birth: (row) => (row % 9 === 0 ? 'there' : 'here') }, 900))));
    expect(parse(large)).toMatchObject({ quality: { fairness: { attributes: [{ column: 'gender', gate: false }], minimumRows: 30 } } });
    expect(large.replaceAll(/\s+# /g, ' ')).toContain('REVIEW: birth sounds sensitive, but 900 rows leave too few in the groups of the test rows');
  });

  test('asks for no fairness that nobody could measure', async () => {
    const text = await yaml();
    expect(parse(text)).not.toHaveProperty('quality.fairness');
    expect(text.replaceAll(/\s+# /g, ' ')).toContain('nobody knows whether the model is fair to them');
  });

  test('says what the split by order costs where the candidate gains nothing in it', async () => {
    const project = projectOf('people', await inferred(table(RICH).replace("it's \"odd\": #1", 'odd')), { by: 'order' });
    const gainByRecordId = { mean: 0.2, deviation: 0.02, least: 0.18, greatest: 0.22 };
    expect(modelYaml({ ...project, gainByRecordId }).replaceAll(/\s+# /g, ' ')).toContain('REVIEW: split by sold the candidate gains nothing over the linear baseline, split by record id 0.2 ± 0.02');
    expect(modelYaml(project)).not.toContain('gains nothing over the linear baseline, split');
  });

  test('leaves the model card to people: an environment that requires it refuses every field', async () => {
    expect(missingDocumentation(parse(await yaml()) as Parameters<typeof missingDocumentation>[0])).toHaveLength(6);
  });
});

test('Its README tells what was left out and changed, and the next commands', async () => {
  const inference = await inferred(table({ country: () => 'DE', paid: (row) => (row % 9 === 0 ? 'NA' : row % 40) }));
  const text = readme(projectOf('people', inference), { modelsOption: ' --models there', data: 'there/people/data/delivery.parquet' });
  expect(text).toContain('npm run local -- train --model people --data there/people/data/delivery.parquet --environment int --models there');
  expect(text).toContain('- `country`: it has the same value "DE" in every row');
  expect(text).toContain('- paid: "NA" becomes a missing value');
});

describe('No project is made, and nothing is written,', () => {
  const models = place('models-of-nothing');
  const make = async (name: string, content = table({}), target = 'y'): Promise<unknown> => {
    const data = place('some.csv');
    writeFileSync(data, content);
    return newModel({ name, data, target, models, log: () => undefined });
  };

  test.each<[string, string, string]>([
    ['of upper case', 'Churn Model', 'try churn-model'],
    ['that begins with a digit', '2people', 'try people'],
    ['that is too long', 'a'.repeat(31), 'has 2 to 30 lower-case letters'],
    ['with an underscore', 'my_model', 'try my-model'],
    ['that leaves the folder', '../model', 'got "../model"; try model'],
    ['of the shared package', 'tabular', 'the package that all projects share'],
  ])('for a name %s', async (_, name, reason) => {
    await expect(make(name)).rejects.toThrow(reason);
    expect(existsSync(models)).toBe(false);
  });

  test('for data of which none can be made', async () => {
    await expect(make('people', 'a,y\n')).rejects.toThrow('has 0 rows');
    await expect(make('people', table({}), 'z')).rejects.toThrow('--target "z" is no column of the file; it has id, x, y');
    expect(existsSync(models)).toBe(false);
  });

  test('over one that is there', async () => {
    mkdirSync(join(models, 'people'), { recursive: true });
    writeFileSync(join(models, 'people', 'model.yaml'), 'mine');
    await expect(make('people')).rejects.toThrow('exists, and nothing is written over it');
    expect(readFileSync(join(models, 'people', 'model.yaml'), 'utf8')).toBe('mine');
    expect(readdirSync(models)).toEqual(['people']);
  });
});
