import type { App } from 'aws-cdk-lib';
import type { EnvironmentConfig } from '../lib/config/environment';
import { loadModelProjects, type ModelProject } from '../lib/config/model-project';
import { rehearsalOf } from '../lib/config/rehearsal';
import { promotionChain } from '../lib/config/validation';
import { CodeDeliveryStack } from '../lib/stacks/code-delivery-stack';
import { MlopsStage } from '../lib/stacks/mlops-stage';
import { delivery, environments } from './environments';
import { sourceOf } from './source';

/** What the app was made of. */
export interface Blueprint {
  readonly environments: readonly EnvironmentConfig[];
  readonly models: readonly ModelProject[];
}

/**
 * Makes the stages of all environments, with the model projects of the folder `models`; with the context `rehearsal=<suffix>` also the stage of a
 * rehearsal beside the environment of qualifications.
 *
 * @throws EnvironmentError, ModelProjectError when the configuration is wrong
 */
export function makeBlueprint(app: App): Blueprint {
  const folder: string = app.node.tryGetContext('models') ?? process.env.MLOPS_MODELS ?? 'models';
  const chain = promotionChain(environments);
  const projects = loadModelProjects(folder);
  const models = projects.map((project) => ({ project, ...sourceOf(project.folder) }));
  for (const environment of chain.environments) {
    new MlopsStage(app, environment.name, { environment, chain, models });
  }
  const suffix: string | undefined = app.node.tryGetContext('rehearsal');
  if (suffix !== undefined) {
    const rehearsal = rehearsalOf(chain, suffix);
    new MlopsStage(app, rehearsal.production.name, { environment: rehearsal.production, chain: rehearsal, models });
  }
  if (delivery !== undefined) {
    new CodeDeliveryStack(app, 'CodeDelivery', { ...delivery, environments: chain.environments });
  }
  return { environments: chain.environments, models: projects };
}
