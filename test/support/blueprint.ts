import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { environments } from '../../bin/environments';
import cdk from '../../cdk.json';
import { rulePacks } from '../../lib/compliance/packs';
import type { EnvironmentConfig } from '../../lib/config/environment';
import { promotionChain } from '../../lib/config/validation';
import { MlopsStage } from '../../lib/stacks/mlops-stage';
import { fixtureProject } from './fixtures';

/** The whole app as `bin/mlops.ts` makes it, with the fixture's model project. */
export interface Blueprint {
  readonly folder: string;
  /** Templates by stack name, e.g. `prod-Foundation`. */
  readonly templates: ReadonlyMap<string, Template>;
  /** Text of `validation-report.json`. */
  readonly report: string;
}

export function synthesizeBlueprint(chosen: readonly EnvironmentConfig[] = environments): Blueprint {
  const folder = mkdtempSync(join(tmpdir(), 'blueprint-'));
  const app = new App({ outdir: folder, context: { ...cdk.context } });
  const chain = promotionChain(chosen);
  const models = [{ project: fixtureProject(), repository: 'https://git.example.com/models.git', commit: '0'.repeat(40) }];
  const stages = chain.environments.map((environment) => new MlopsStage(app, environment.name, { environment, chain, models }));
  Validations.of(app).addPlugins(...rulePacks(app));
  app.synth();
  const stacks = stages.flatMap((stage) => stage.synth().stacks);
  return {
    folder,
    templates: new Map(stacks.map((stack) => [stack.stackName, Template.fromJSON(stack.template as Record<string, unknown>)])),
    report: readFileSync(join(folder, 'validation-report.json'), 'utf8'),
  };
}

/** All files of the cloud assembly that are deployed: templates and assets, by path. */
export function deployedFiles(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(tree|manifest|validation-report|cdk)\.?(json|out)?$|\.metadata\.json$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [file.slice(folder.length + 1), readFileSync(file, 'base64')]));
}
