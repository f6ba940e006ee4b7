import type { StandingEndpoint } from '../lib/compliance/cost';
import type { EnvironmentConfig } from '../lib/config/environment';
import type { ModelProject } from '../lib/config/model-project';
import { names } from '../lib/config/names';

/** Endpoints that are always on, as environments and models ask for them. */
export const standingEndpoints = (environments: readonly EnvironmentConfig[], models: readonly ModelProject[]): StandingEndpoint[] =>
  environments
    .filter(({ serving }) => serving.endpoint.lifetime === 'permanent')
    .flatMap(({ name, serving }) =>
      models.map((model) => ({
        environment: name,
        name: names.endpoint(name, model.name),
        instanceType: model.data.declaration.serving.instanceType,
        instanceCount: serving.endpoint.instanceCount,
      })),
    );
