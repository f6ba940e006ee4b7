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
    expect(project.data.declaration.quality.minimumAuc).toBe(0.84);
    expect(project.data.schema.features.map(({ name }) => name)).toEqual(['AGEP', 'SCHL', 'CIT']);
  });

  test('hands no path of this machine to the handlers', () => {
    expect(JSON.stringify(ModelProject.load(folder).data)).not.toContain(models);
  });

  test('has a policy digest that follows the policy and not its spelling', () => {
    const before = ModelProject.load(folder).policyDigest;
    edit('model.yaml', 'description: Whether an adult is in paid work.', '# a comment\ndescription:   "Whether an adult is in paid work."');
    expect(ModelProject.load(folder).policyDigest).toBe(before);
    edit('model.yaml', 'minimumAuc: 0.84', 'minimumAuc: 0.85');
    expect(ModelProject.load(folder).policyDigest).not.toBe(before);
  });
});

describe('a fault in model.yaml is named with line, value and what is allowed:', () => {
  test.each([
    ['a share in percent', 'minimumAuc: 0.84', 'minimumAuc: 84', 'models/employment/model.yaml:26: quality.minimumAuc must be between 0.5 and 1, got 84; write 0.84'],
    ['a number as text', 'decisionThreshold: 0.5', 'decisionThreshold: "0.5"', 'models/employment/model.yaml:6: decisionThreshold must be between 0 and 1, got "0.5"; write 0.5'],
    ['a missing value', '  minimumAuc: 0.84\n', '', 'models/employment/model.yaml:25: quality.minimumAuc must be between 0.5 and 1, but is missing'],
    [
      'an unknown key',
      '  minimumAccuracy: 0.75',
      '  minimumAccuracy: 0.75\n  minimumF1: 0.7',
      'models/employment/model.yaml:28: quality.minimumF1 is not known here; allowed: minimumAuc, minimumAccuracy, baseline, champion',
    ],
    [
      'a word in another spelling',
      'problemType: binaryClassification',
      'problemType: binary_classification',
      'models/employment/model.yaml:3: problemType must be binaryClassification, got "binary_classification"; write binaryClassification',
    ],
    ['a word that is none of the allowed', 'riskRating: Low', 'riskRating: Tiny', 'models/employment/model.yaml:73: modelCard.riskRating must be one of High, Medium, Low, Unknown, got "Tiny"'],
    ['bounds in the wrong order', '    minimum: 0.3', '    minimum: 0.95', 'models/employment/model.yaml:14: data.positiveShare.minimum must be at most maximum (0.9), got 0.95'],
    [
      'a critical feature that the schema lacks',
      'criticalFeatures: [AGEP]',
      'criticalFeatures: [AGEP, AGE]',
      'models/employment/model.yaml:62: monitoring.drift.criticalFeatures[1] must be a feature of the schema, got "AGE"; features: AGEP, SCHL, CIT',
    ],
    ['a positive label outside the domain', 'positiveLabel: 1', 'positiveLabel: 7', 'models/employment/model.yaml:5: positiveLabel must be in the domain of the target ESR (0, 1), got 7'],
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
  ])('%s', (_case, from, to, expected) => {
    edit('schema.json', from, to);
    expect(faults(() => ModelProject.load(folder))).toEqual([expected]);
  });
});

test('all faults of all files are named at once', () => {
  edit('model.yaml', 'minimumAuc: 0.84', 'minimumAuc: 84');
  edit('model.yaml', 'minimumAccuracy: 0.75', 'minimumAccuracy: 75');
  edit('schema.json', '"type": "integer", "minimum": 18', '"type": "int", "minimum": 18');
  rmSync(join(folder, 'train.py'));
  expect(faults(() => ModelProject.load(folder))).toEqual([
    'models/employment/model.yaml:26: quality.minimumAuc must be between 0.5 and 1, got 84; write 0.84',
    'models/employment/model.yaml:27: quality.minimumAccuracy must be between 0 and 1, got 75; write 0.75',
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
