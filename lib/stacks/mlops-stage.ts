import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EnvironmentConfig, PromotionChain } from '../config/environment';
import type { ModelProject } from '../config/model-project';
import { placesOf } from '../config/sharing';
import { AccessStack } from './access-stack';
import { FoundationStack } from './foundation-stack';
import { ModelDevelopmentStack } from './model-development-stack';
import { ModelMonitoringStack } from './model-monitoring-stack';
import { ModelServingStack } from './model-serving-stack';

/** A model project and where its code comes from. */
export interface ModelRelease {
  readonly project: ModelProject;
  readonly repository: string;
  readonly commit: string;
}

/** Properties of {@link MlopsStage}. */
export interface MlopsStageProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  readonly models: readonly ModelRelease[];
}

/**
 * One environment: what its account or accounts share, and the stacks of every model. Which stacks there are follows from the environment's
 * values: where there is no endpoint there is nothing to serve, and where it does not last there is nothing to monitor.
 */
export class MlopsStage extends Stage {
  constructor(scope: Construct, id: string, { environment, chain, models }: MlopsStageProps) {
    super(scope, id, { env: { region: environment.region } });
    const places = placesOf(environment);
    for (const [index, place] of places.entries()) {
      const prefix = index === 0 ? '' : 'Serving';
      new FoundationStack(this, `${prefix}Foundation`, { environment, chain, place });
      new AccessStack(this, `${prefix}Access`, { environment, chain, place, models: models.map(({ project }) => project.name) });
    }
    const { lifetime } = environment.serving.endpoint;
    for (const { project, repository, commit } of models) {
      new ModelDevelopmentStack(this, `${project.id}Development`, { environment, chain, project, repository, commit });
      if (lifetime !== 'none') {
        new ModelServingStack(this, `${project.id}Serving`, { environment, chain, project: project.data });
      }
      if (lifetime === 'permanent') {
        new ModelMonitoringStack(this, `${project.id}Monitoring`, { environment, chain, project: project.data });
      }
    }
  }
}
