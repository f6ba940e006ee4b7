import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { z } from 'zod';
import type { ModelDeclaration, ModelProjectData } from '../../lambda/shared/project/contract';
import type { DataSchema } from '../../lambda/shared/schema/contract';
import { canonicalJson } from './canonical-json';
import { dataSchemaSchema } from './data-schema';
import { type Fault, faultsOf, SourceFile } from './faults';
import { declarationSchema } from './model-schemas';
import { columnFaults, problemFaults } from './problem-faults';

const DECLARATION_FILE = 'model.yaml';

/** Scripts that the jobs and the endpoint run. */
const SCRIPTS = ['prepare.py', 'train.py', 'evaluate.py', 'study.py', 'test.py', 'inference.py'];

/** Everything wrong with one or several model projects, one line each. */
export class ModelProjectError extends Error {
  constructor(public readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ModelProjectError';
  }
}

/**
 * A folder with the code of a model, the schema of its data and `model.yaml`, which declares what *good* means.
 */
export class ModelProject implements ModelProjectData {
  /**
   * Reads and validates the project in a folder.
   *
   * @throws ModelProjectError with all faults; each names file, line, value and what is allowed.
   */
  public static load(folder: string): ModelProject {
    const declarationFile = readSource(join(folder, DECLARATION_FILE));
    const declaration = validate(declarationFile, declarationSchema);
    // Where the declaration is wrong elsewhere, its schema can still be read, so that one look finds all faults.
    const schemaPath = declaration.value?.schema ?? 'schema.json';
    const schemaFile = readSource(join(folder, schemaPath));
    const schema = validate(schemaFile, dataSchemaSchema);

    const { source: declared } = declarationFile;
    const ofProblem = declared === undefined ? [] : problemFaults(declared.value).map((fault) => declared.describe(fault));
    const faults = [...declaration.faults, ...ofProblem, ...schema.faults];
    if (declaration.value !== undefined && declarationFile.source !== undefined) {
      const { source } = declarationFile;
      const name = basename(resolve(folder));
      faults.push(...nameFaults(declaration.value, name).map((fault) => source.describe(fault)));
      if (schema.value !== undefined) {
        faults.push(...columnFaults(declaration.value, schema.value).map((fault) => source.describe(fault)));
      }
    }
    faults.push(...missingScripts(folder));
    if (faults.length > 0 || declaration.value === undefined || schema.value === undefined) {
      throw new ModelProjectError(faults);
    }
    return new ModelProject(resolve(folder), declaration.value, schema.value);
  }

  /** SHA-256 (hex) of the canonical JSON of declaration and schema. */
  public readonly policyDigest: string;

  private constructor(
    /** Absolute path of the project. */
    public readonly folder: string,
    public readonly declaration: ModelDeclaration,
    public readonly schema: DataSchema,
  ) {
    this.policyDigest = createHash('sha256').update(canonicalJson({ declaration, schema })).digest('hex');
  }

  public get name(): string {
    return this.declaration.name;
  }

  /** The name in Pascal case, for construct and stack ids: `credit-risk` becomes `CreditRisk`. */
  public get id(): string {
    return this.name.replaceAll(/(?:^|-)([a-z0-9])/g, (_match, first: string) => first.toUpperCase());
  }

  /** What handlers get: the declaration, the schema and their digest, without the folder of this machine. */
  public get data(): ModelProjectData {
    return { declaration: this.declaration, schema: this.schema, policyDigest: this.policyDigest };
  }

  /** A path of this machine must not get into an asset: its digest would differ from machine to machine. */
  public toJSON(): ModelProjectData {
    return this.data;
  }
}

/**
 * Loads every model project of a folder, in alphabetical order. A subfolder is a project when it holds a `model.yaml`.
 *
 * @throws ModelProjectError with the faults of all projects, or when there is no project.
 */
export function loadModelProjects(modelsFolder: string): ModelProject[] {
  if (!existsSync(modelsFolder)) {
    throw new ModelProjectError([`there is no folder "${shown(modelsFolder)}" with model projects; name one with -c models=FOLDER or MLOPS_MODELS`]);
  }
  const folders = readdirSync(modelsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(modelsFolder, entry.name, DECLARATION_FILE)))
    .map((entry) => join(modelsFolder, entry.name))
    .toSorted();
  if (folders.length === 0) {
    throw new ModelProjectError([`no model project in "${shown(modelsFolder)}": a project is a subfolder with a ${DECLARATION_FILE}`]);
  }
  const projects: ModelProject[] = [];
  const faults: string[] = [];
  for (const folder of folders) {
    try {
      projects.push(ModelProject.load(folder));
    } catch (error) {
      if (!(error instanceof ModelProjectError)) {
        throw error;
      }
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) {
    throw new ModelProjectError(faults);
  }
  return projects;
}

interface Read {
  readonly source?: SourceFile;
  readonly faults: readonly string[];
}

interface Validated<T> {
  readonly value?: T;
  readonly faults: readonly string[];
}

function readSource(path: string): Read {
  if (!existsSync(path)) {
    return { faults: [`${shown(path)}: is missing; every model project has one`] };
  }
  const source = SourceFile.parse(shown(path), readFileSync(path, 'utf8'));
  return source.syntaxFaults.length > 0 ? { faults: source.syntaxFaults } : { source, faults: [] };
}

function validate<T>({ source, faults }: Read, schema: z.ZodType<T>): Validated<T> {
  if (source === undefined) {
    return { faults };
  }
  const result = schema.safeParse(source.value);
  return result.success ? { value: result.data, faults: [] } : { faults: faultsOf(result.error).map((fault) => source.describe(fault)) };
}

function nameFaults({ name }: ModelDeclaration, folder: string): Fault[] {
  return name === folder ? [] : [{ path: ['name'], message: `must be the name of its folder, "${folder}", got "${name}"; rename one of them` }];
}

function missingScripts(folder: string): string[] {
  return SCRIPTS.filter((script) => !existsSync(join(folder, script))).map((script) => `${shown(join(folder, script))}: is missing; jobs and endpoints run it`);
}

/** Path as a person at this prompt would type it. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') || fromHere === '' ? path : fromHere;
}
