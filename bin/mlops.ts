#!/usr/bin/env node
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { loadModelProjects, ModelProjectError } from '../lib/config/model-project';
import { EnvironmentError, promotionChain } from '../lib/config/validation';
import { CodeDeliveryStack } from '../lib/stacks/code-delivery-stack';
import { MlopsStage } from '../lib/stacks/mlops-stage';
import { delivery, environments } from './environments';
import { sourceOf } from './source';

try {
  const app = new App();
  const folder: string = app.node.tryGetContext('models') ?? process.env.MLOPS_MODELS ?? 'models';
  const chain = promotionChain(environments);
  const models = loadModelProjects(folder).map((project) => ({ project, ...sourceOf(project.folder) }));
  for (const environment of chain.environments) {
    new MlopsStage(app, environment.name, { environment, chain, models });
  }
  if (delivery !== undefined) {
    new CodeDeliveryStack(app, 'CodeDelivery', { ...delivery, environments: chain.environments });
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof EnvironmentError || error instanceof ModelProjectError)) {
    throw error;
  }
  // A stack trace would bury what a person must mend.
  console.error(error.message);
  process.exitCode = 1;
}
