import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { REPOSITORY_FOLDER } from '../setup/python';
import { ScaffoldError } from './errors';
import { infer, type Inference, type Wishes } from './inference';
import { measure, measureByRecordId, type SplitChoice } from './measure/measure';
import { proposeThresholds } from './measure/thresholds';
import { modelYaml, type Project } from './render/model-yaml';
import { pythonFiles } from './render/python-files';
import { readme } from './render/readme';
import { schemaText } from './render/schema-json';
import { textColumn } from './inference/table';

export interface NewModelOptions extends Wishes {
  readonly name: string;
  /** CSV, Parquet or JSON lines. */
  readonly data: string;
  /** Folder of model projects. */
  readonly models: string;
  /** @default - by order where the data have one */
  readonly split?: SplitChoice['by'];
  readonly log: (line: string) => void;
}

export interface NewModel extends Project {
  /** The project's folder. */
  readonly folder: string;
  /** What to train on: the file, or what was made of it. */
  readonly delivery: string;
  /** ` --models FOLDER`, or nothing for the repository's own. */
  readonly modelsOption: string;
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Part of the names of roles, machines and endpoints: see `lib/config/model-schemas.ts`. */
const NAME_LENGTH = { least: 2, most: 30 };

/**
 * Makes a model project of a data file: schema, declaration, code and tests that train as they are. It is written beside its place and moved there
 * when it is whole, so nothing half-made stays.
 *
 * @throws ScaffoldError for a name, a file or a target of which no project can be made.
 */
export async function newModel(options: NewModelOptions): Promise<NewModel> {
  const { name, data, models, log, split: _, ...wishes } = options;
  refuseName(name);
  const folder = join(resolve(models), name);
  if (existsSync(folder)) {
    throw new ScaffoldError(`${shown(folder)} exists, and nothing is written over it; give the project another name, or another folder with --models`);
  }
  return infer(data, wishes, async (inference) => {
    log(`${inference.rows} rows; ${inference.schema.features.length} features; ${inference.target.because}`);
    // Within the folder of projects, so that the move is one step; without a model.yaml in its place it is no project.
    const parent = await madeFolder(resolve(models));
    const work = await mkdtemp(join(resolve(models), `.new-${name}-`));
    try {
      const made = await write(work, folder, options, inference);
      await rename(work, folder);
      return made;
    } catch (error) {
      await rm(work, { recursive: true, force: true });
      await Promise.all(parent === undefined ? [] : [rm(parent, { recursive: true, force: true })]);
      throw error;
    }
  });
}

/** Makes a folder; returns the outermost one that was not there. */
const madeFolder = async (folder: string): Promise<string | undefined> => mkdir(folder, { recursive: true });

async function write(work: string, folder: string, { name, data, models, split, log }: NewModelOptions, inference: Inference): Promise<NewModel> {
  const { target, schema, changes } = inference;
  const save = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(work, file)), { recursive: true });
    await writeFile(join(work, file), text);
  };
  for (const [file, text] of Object.entries(pythonFiles({ problemType: target.problemType, positiveLabel: target.positiveLabel, schema }))) {
    await save(file, text);
  }
  await save('schema.json', schemaText(schema));
  log('measuring the candidate, the linear baseline and the trivial predictor');
  const measured = await measure(inference, work, split, log);
  const thresholds = proposeThresholds(target.problemType, measured);
  const regardless = thresholds.worthIt || measured.split.by === 'recordId' ? undefined : proposeThresholds(target.problemType, await measureByRecordId(inference, work, measured, log)).gain;
  const project: Project = { name, file: data, inference, measured, thresholds, ...(regardless !== undefined && { gainByRecordId: regardless }) };
  await rm(join(work, 'data'), { recursive: true, force: true });
  const delivery = changes.length === 0 ? data : join(folder, 'data', 'delivery.parquet');
  if (changes.length > 0) {
    await save('data/.gitignore', '*.parquet\n');
    await save('data/changes.sql', changesSql(inference));
    await cp(inference.delivered, join(work, 'data', 'delivery.parquet'));
  }
  const modelsOption = resolve(models) === join(REPOSITORY_FOLDER, 'models') ? '' : ` --models ${quoted(shown(resolve(models)))}`;
  await save('README.md', readme(project, { modelsOption, data: quoted(shown(resolve(delivery))) }));
  // Last: with it the folder counts as a project.
  await save('model.yaml', modelYaml(project));
  return { ...project, folder, delivery, modelsOption };
}

/** The delivery's query, with the names that its columns had. */
const changesSql = ({ changes, delivery, table }: Inference): string => `-- What was changed in the data, in DuckDB's dialect. The table texts holds every value as a text without blanks around it, empty ones as NULL:
${table.columns.map(({ index, name }) => `--   ${textColumn(index)}: ${JSON.stringify(name)}`).join('\n')}
--
${changes.map((change) => `-- ${change.replaceAll('\n', ' ')}`).join('\n')}

${delivery};
`;

function refuseName(name: string): void {
  if (!NAME.test(name) || name.length < NAME_LENGTH.least || name.length > NAME_LENGTH.most) {
    const better = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[^a-z]+|-+$/g, '').slice(0, NAME_LENGTH.most).replace(/-$/, '');
    throw new ScaffoldError(
      `a model's name has ${NAME_LENGTH.least} to ${NAME_LENGTH.most} lower-case letters, digits and single hyphens and begins with a letter, got ${JSON.stringify(name)}${better.length >= NAME_LENGTH.least ? `; try ${better}` : ''}`,
    );
  }
  // Folders of this name beside the projects are the package that they share.
  if (name === 'tabular') {
    throw new ScaffoldError('tabular is the name of the package that all projects share; give the project another name');
  }
}

/** Path as a person at this prompt would type it. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere === '' || fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}

const quoted = (path: string): string => (/[^\w@%+=:,./-]/.test(path) ? `'${path.replaceAll("'", "'\\''")}'` : path);
