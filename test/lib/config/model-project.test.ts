import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModelProjects, ModelProject, ModelProjectError } from '../../../lib/config/model-project';
import { FIXTURE_MODELS } from '../../support/fixtures';

const fixture = join(FIXTURE_MODELS, 'employment');
let models: string;
let folder: string;

beforeEach(() => {
  models = mkdtempSync(join(tmpdir(), 'models-'));
  folder = join(models, 'employment');
  cpSync(fixture, folder, { recursive: true });
});

afterEach(() => rmSync(models, { recursive: true }));

/** Changes one file of the copied project. */
const edit = (file: string, from: string, to: string): void => {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  expect(before).toContain(from);
  writeFileSync(path, before.replace(from, to));
};

const faults = (load: () => unknown): readonly string[] => {
  try {
    load();
  } catch (error) {
    if (error instanceof ModelProjectError) {
      return error.faults.map((fault) => fault.replace(folder, 'models/employment'));
    }
    throw error;
  }
  return [];
};

describe('a valid model project', () => {
  test('is loaded with its name, id and data', () => {
    const project = ModelProject.load(folder);
    expect(project.name).toBe('employment');
    expect(project.id).toBe('Employment');
    expect(project.folder).toBe(folder);
    expect(project.data.declaration.quality.metrics.auc?.minimum).toBe(0.84);
    expect(project.data.schema.features.map(({ name }) => name)).toEqual(['AGEP', 'SCHL', 'CIT']);
  });

  test('hands no path of this machine to the handlers', () => {
    expect(JSON.stringify(ModelProject.load(folder).data)).not.toContain(models);
  });

  test('has a policy digest that follows the policy and not its spelling', () => {
    const before = ModelProject.load(folder).policyDigest;
    edit('model.yaml', 'description: Whether an adult is in paid work.', '# a comment\ndescription:   "Whether an adult is in paid work."');
    expect(ModelProject.load(folder).policyDigest).toBe(before);
    edit('model.yaml', 'minimum: 0.84', 'minimum: 0.85');
    expect(ModelProject.load(folder).policyDigest).not.toBe(before);
  });
});

describe('a fault in model.yaml is named with line, value and what is allowed:', () => {
  test.each([
    ['a share in percent', 'minimum: 0.84', 'minimum: 84', 'models/employment/model.yaml:29: quality.metrics.auc.minimum must be between 0 and 1, got 84; write 0.84'],
    ['a number as text', 'decisionThreshold: 0.5', 'decisionThreshold: "0.5"', 'models/employment/model.yaml:6: decisionThreshold must be between 0 and 1, got "0.5"; write 0.5'],
    ['a missing value', '    margin: 0.002\n', '', 'models/employment/model.yaml:32: quality.baseline.margin must be between 0 and 1, but is missing'],
    [
      'an unknown key',
      '    tolerance: 0.01',
      '    tolerance: 0.01\n  minimumF1: 0.7',
      'models/employment/model.yaml:37: quality.minimumF1 is not known here; allowed: metrics, baseline, champion, slices, fairness, reproduction, costs, studies',
    ],
    [
      'a word in another spelling',
      'problemType: binaryClassification',
      'problemType: binary_classification',
      'models/employment/model.yaml:3: problemType must be one of binaryClassification, multiclassClassification, regression, got "binary_classification"; write binaryClassification',
    ],
    ['a word that is none of the allowed', 'riskRating: Low', 'riskRating: Tiny', 'models/employment/model.yaml:79: modelCard.riskRating must be one of High, Medium, Low, Unknown, got "Tiny"'],
    [
      'a load test that no version could pass', '    maximumErrorShare: 0.05\n  rollout', '    maximumErrorShare: 0.02\n  rollout',
      'models/employment/model.yaml:49: serving.loadTest.maximumErrorShare is 0.02, but 100 requests (requestsPerSecond x durationSeconds) without one failure only show, with 95 % confidence, that at most 0.03 fail; send at least 149, or allow more',
    ],
    [
      'a load test that must be free of errors', '    maximumErrorShare: 0.05\n  rollout', '    maximumErrorShare: 0\n  rollout',
      'models/employment/model.yaml:49: serving.loadTest.maximumErrorShare is 0, but 100 requests (requestsPerSecond x durationSeconds) without one failure only show, with 95 % confidence, that at most 0.03 fail; no number of requests shows that; allow more',
    ],
    ['bounds in the wrong order', '      minimum: 0.3', '      minimum: 0.95', 'models/employment/model.yaml:15: data.classShares.1.minimum must be at most maximum (0.9), got 0.95'],
    [
      'a critical feature that the schema lacks',
      'criticalFeatures: [AGEP]',
      'criticalFeatures: [AGEP, AGE]',
      'models/employment/model.yaml:66: monitoring.drift.criticalFeatures[1] must be a feature of the schema, got "AGE"; features: AGEP, SCHL, CIT',
    ],
    ['a positive label outside the domain', 'positiveLabel: 1', 'positiveLabel: 7', 'models/employment/model.yaml:5: positiveLabel must be in the domain of the target ESR (0, 1), got 7'],
    [
      'a stratum that the schema lacks',
      '    tolerance: 0.01',
      '    tolerance: 0.01\n  fairness:\n    attributes: [{column: AGEP, gate: true}]\n    minimumRows: 30\n    minimumPositives: 10\n    stratum: CITY',
      'models/employment/model.yaml:41: quality.fairness.stratum must be a column of the schema, got "CITY"; columns: id, ESR, year, AGEP, SCHL, CIT',
    ],
    ['another name than the folder', 'name: employment', 'name: employer', 'models/employment/model.yaml:1: name must be the name of its folder, "employment", got "employer"; rename one of them'],
    [
      'a name with capitals',
      'name: employment',
      'name: Employment',
      'models/employment/model.yaml:1: name must be of lower-case letters, digits and single hyphens, beginning with a letter, got "Employment"',
    ],
  ])('%s', (_case, from, to, expected) => {
    edit('model.yaml', from, to);
    expect(faults(() => ModelProject.load(folder))).toEqual([expected]);
  });

  test('a file that is not YAML', () => {
    edit('model.yaml', 'name: employment', 'name: [employment');
    expect(faults(() => ModelProject.load(folder))[0]).toMatch(/^models\/employment\/model\.yaml:\d+: /);
  });
});

/** Makes the fixture a regression or a classification of three classes. */
const turnInto = (problemType: string, target: string, metric: string): void => {
  edit('model.yaml', 'problemType: binaryClassification', `problemType: ${problemType}`);
  edit('schema.json', '"type": "integer", "domain": [0, 1]', target);
  edit('model.yaml', 'positiveLabel: 1\ndecisionThreshold: 0.5\n', '');
  edit('model.yaml', '  classShares:\n    "1":\n      minimum: 0.3\n      maximum: 0.9\n', '');
  edit('model.yaml', '    auc:\n      minimum: 0.84\n    accuracy:\n      minimum: 0.75\n', metric);
  edit('model.yaml', '    auc:\n      minimum: 0.82\n', metric);
};

describe('every problem type', () => {
  test.each([
    ['regression', '"type": "number"', '    rmse:\n      maximum: 50\n'],
    ['multiclassClassification', '"type": "string", "domain": ["a", "b", "c"]', '    macroF1:\n      minimum: 0.5\n'],
  ])('%s is loaded with its own metrics', (problemType, target, metric) => {
    turnInto(problemType, target, metric);
    expect(faults(() => ModelProject.load(folder))).toEqual([]);
  });

  test('refuses what has no meaning for it, and metrics of another one, all at once', () => {
    turnInto('regression', '"type": "number"', '    auc:\n      minimum: 0.8\n');
    edit('model.yaml', 'schema: schema.json', 'schema: schema.json\npositiveLabel: 1');
    expect(faults(() => ModelProject.load(folder))).toEqual([
      'models/employment/model.yaml:5: positiveLabel has no meaning for a regression; leave it out',
      expect.stringContaining('quality.metrics.auc is no metric of a regression; metrics: rmse, mae, r2, bias, medianAbsoluteError, mape'),
      expect.stringContaining('monitoring.quality.auc is no metric of a regression'),
    ]);
  });

  test('asks for what it needs', () => {
    edit('model.yaml', 'positiveLabel: 1\n', '');
    expect(faults(() => ModelProject.load(folder))).toEqual(['models/employment/model.yaml:1: positiveLabel must be given for a binaryClassification, but is missing']);
  });

  test('fits the target of the schema', () => {
    edit('schema.json', '"domain": [0, 1]', '"domain": [0, 1, 2]');
    expect(faults(() => ModelProject.load(folder))).toEqual([
      'models/employment/model.yaml:3: problemType is binaryClassification, which needs exactly two classes in the domain of the target ESR, got 0, 1, 2',
    ]);
  });
});

describe('a split', () => {
  test.each([
    ['by an order that the schema lacks', '    by: order', '"order": { "name": "year", "type": "integer" },', '', 'training.split.by is order, but the schema has no column "order"; add it there, or split by recordId'],
    ['by an order that may be null', '    by: order', '"name": "year", "type": "integer"', '"name": "year", "type": "integer", "nullable": true', 'training.split.by is order, but year may be null in the schema'],
    ['by an entity that is no column', '    by: recordId\n    entity: household', '"year"', '"year"', 'training.split.entity must be the schema\'s entity or a feature, got "household"; possible: AGEP, SCHL, CIT'],
  ])('is refused %s', (_case, split, from, to, message) => {
    edit('model.yaml', '  hyperparameters:', `  split:\n${split}\n  hyperparameters:`);
    edit('schema.json', from, to);
    expect(faults(() => ModelProject.load(folder))).toEqual([expect.stringContaining(message)]);
  });

  test('goes by an entity beside the features', () => {
    edit('model.yaml', '  hyperparameters:', '  split:\n    by: order\n    entity: household\n  hyperparameters:');
    edit('schema.json', '"features"', '"entity": { "name": "household", "type": "string" },\n  "features"');
    expect(faults(() => ModelProject.load(folder))).toEqual([]);
  });
});

describe('tuning', () => {
  test.each([
    ['lists and ranges', '{max_iter: [50, 100], learning_rate: {minimum: 0.01, maximum: 0.3, scale: log}}', []],
    ['a logarithm of nothing', '{learning_rate: {minimum: 0, maximum: 0.3, scale: log}}', [expect.stringContaining('training.tuning.space.learning_rate')]],
    ['a single value', '{learning_rate: 0.1}', [expect.stringContaining('must be a list of values, or minimum, maximum and scale (linear, log), got 0.1')]],
  ])('draws from %s', (_case, space, expected) => {
    edit('model.yaml', '  hyperparameters:', `  tuning:\n    trials: 3\n    space: ${space}\n  hyperparameters:`);
    expect(faults(() => ModelProject.load(folder))).toEqual(expected);
  });
});

describe('a fault in schema.json is named with line, value and what is allowed:', () => {
  test.each([
    ['a wrong type', '"type": "integer", "minimum": 18', '"type": "int", "minimum": 18', 'models/employment/schema.json:7: features[0].type must be one of integer, number, string, boolean, date, timestamp, got "int"'],
    ['a domain of another type', '[0, 1]', '[0, "1"]', `models/employment/schema.json:4: target.domain[1] must be of the column's type integer, got "1"`],
    ['a repeated name', '"SCHL"', '"AGEP"', 'models/employment/schema.json:8: features[1].name must be the name of one column only, got "AGEP" twice'],
    ['bounds of a text', '"type": "string",', '"type": "string", "minimum": 1,', 'models/employment/schema.json:9: features[2].type must be integer or number where minimum or maximum is given, got "string"'],
    ['a form that not every engine knows', '"type": "string",', '"type": "string", "pattern": "(?=a)",', 'models/employment/schema.json:9: features[2].pattern must do without look-around, named groups and back references, which not every engine knows, got "(?=a)"'],
    ['a rule about no column', '"version": "1",', '"version": "1", "rules": [{"id": "r", "then": [{"column": "nothing", "is": 1}]}],', expect.stringContaining('models/employment/schema.json:2: rules[0].then[0].column must be a column of the schema, got "nothing"; columns: ')],
    ['a rule with two operators', '"version": "1",', '"version": "1", "rules": [{"id": "r", "then": [{"column": "AGEP", "is": 1, "maximum": 2}]}],', expect.stringContaining('must come with exactly one of is, isNot, in, ')],
    ['a rule with a value of another type', '"version": "1",', '"version": "1", "rules": [{"id": "r", "then": [{"column": "AGEP", "in": [1, "2"]}]}],', 'models/employment/schema.json:2: rules[0].then[0].in must be of the type of AGEP, integer, got "2"'],
    ['a forbidden feature', '"version": "1",', '"version": "1", "forbidden": ["agep"],', 'models/employment/schema.json:2: forbidden[0] must not be a column of the schema, got "agep"; take it out of one of the two'],
    ['an ignored feature', '"version": "1",', '"version": "1", "ignored": ["notes", "AGEP"],', 'models/employment/schema.json:2: ignored[1] must not be a column of the schema or forbidden, got "AGEP"; take it out of one of the two'],
  ])('%s', (_case, from, to, expected) => {
    edit('schema.json', from, to);
    expect(faults(() => ModelProject.load(folder))).toEqual([expected]);
  });
});

test('all faults of all files are named at once', () => {
  edit('model.yaml', 'minimum: 0.84', 'minimum: 84');
  edit('model.yaml', 'tolerance: 0.01', 'tolerance: 1.5');
  edit('schema.json', '"type": "integer", "minimum": 18', '"type": "int", "minimum": 18');
  rmSync(join(folder, 'train.py'));
  expect(faults(() => ModelProject.load(folder))).toEqual([
    'models/employment/model.yaml:36: quality.champion.tolerance must be between 0 and 1, got 1.5; write 0.015',
    'models/employment/model.yaml:29: quality.metrics.auc.minimum must be between 0 and 1, got 84; write 0.84',
    'models/employment/schema.json:7: features[0].type must be one of integer, number, string, boolean, date, timestamp, got "int"',
    'models/employment/train.py: is missing; jobs and endpoints run it',
  ]);
});

describe('a folder of model projects', () => {
  test('is loaded in alphabetical order, other folders left aside', () => {
    cpSync(folder, join(models, 'churn'), { recursive: true });
    writeFileSync(join(models, 'churn', 'model.yaml'), readFileSync(join(folder, 'model.yaml'), 'utf8').replace('name: employment', 'name: churn'));
    cpSync(join(folder, 'schema.json'), join(models, 'notes', 'schema.json'), { recursive: true });
    expect(loadModelProjects(models).map(({ name }) => name)).toEqual(['churn', 'employment']);
  });

  test('fails when it is not there, naming the option that names another', () => {
    expect(() => loadModelProjects(join(models, 'none'))).toThrow(/there is no folder ".*none" with model projects; name one with -c models=FOLDER/);
  });

  test('fails when it holds no project', () => {
    expect(() => loadModelProjects(folder)).toThrow(/no model project in ".*employment": a project is a subfolder with a model.yaml/);
  });
});
