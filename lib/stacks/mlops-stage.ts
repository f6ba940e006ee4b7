import { PermissionsBoundary, type Stack, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type EnvironmentConfig, type PromotionChain, trailPlace } from '../config/environment';
import type { ModelProject } from '../config/model-project';
import { placesOf } from '../config/sharing';
import { EnvironmentError } from '../config/validation';
import { AccessStack } from './access-stack';
import { FoundationStack } from './foundation-stack';
import { ModelDevelopmentStack } from './model-development-stack';
import { ModelMonitoringStack } from './model-monitoring-stack';
import { ModelServingStack } from './model-serving-stack';
import { RehearsalAccessStack } from './rehearsal-access-stack';
import { TrailArchiveStack } from './trail-archive-stack';
import { WorkspaceStack } from './workspace-stack';

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
    const boundary = environment.machines?.permissionsBoundary;
    super(scope, id, { env: { region: environment.region }, permissionsBoundary: boundary === undefined ? undefined : PermissionsBoundary.fromName(boundary) });
    refuseShortLogs(environment, models);
    refuseUnknownDataSets(environment, models);
    const archive = trailPlace(environment);
    const trails = archive === undefined ? [] : [new TrailArchiveStack(this, 'TrailArchive', { environment, place: archive })];
    const access: Stack[] = [];
    const foundations = placesOf(environment).map((place, index) => {
      const prefix = index === 0 ? '' : 'Serving';
      const names = models.map(({ project }) => project.name);
      if (environment.rehearses === undefined) {
        access.push(new AccessStack(this, `${prefix}Access`, { environment, chain, place, models: names }));
      }
      if (environment.rehearsedFrom !== undefined) {
        new RehearsalAccessStack(this, `${prefix}RehearsalAccess`, { place, toolingAccount: environment.rehearsedFrom, models: names });
      }
      const foundation = new FoundationStack(this, `${prefix}Foundation`, { environment, chain, place });
      trails.forEach((trail) => foundation.addStackDependency(trail));
      return foundation;
    });
    const { workspace } = environment;
    if (workspace !== false) {
      const stack = new WorkspaceStack(this, 'Workspace', { environment, chain, workspace, projects: models.map(({ project }) => project) });
      [...access, ...foundations].forEach((before) => stack.addStackDependency(before));
    }
    const { lifetime } = environment.serving.endpoint;
    for (const { project, repository, commit } of models) {
      const common = { environment, chain };
      const stacks: Stack[] = [new ModelDevelopmentStack(this, `${project.id}Development`, { ...common, project, repository, commit })];
      if (lifetime !== 'none') {
        stacks.push(new ModelServingStack(this, `${project.id}Serving`, { ...common, project: project.data }));
      }
      if (lifetime === 'permanent') {
        stacks.push(new ModelMonitoringStack(this, `${project.id}Monitoring`, { ...common, project: project.data }));
      }
      // Rules need the bus and streams the bucket; the stacks of a model need each other only when the process runs.
      stacks.forEach((stack) => foundations.forEach((foundation) => stack.addStackDependency(foundation)));
    }
  }
}

/** @throws EnvironmentError where a data set is closed that there is not: a wrong name would leave the right one open */
function refuseUnknownDataSets({ name, development }: EnvironmentConfig, models: readonly ModelRelease[]): void {
  const known = models.map(({ project }) => project.name);
  const unknown = (development.closedDataSets ?? []).filter((model) => !known.includes(model));
  if (unknown.length > 0) {
    throw new EnvironmentError(unknown.map((model) => `environment "${name}": development.closedDataSets must name models (${known.join(', ')}), got "${model}"; a wrong name leaves the right one open`));
  }
}

/** Articles 19(1) and 26(6) of the EU AI Act: at least six months, of which the longest have 184 days. */
const HIGH_RISK_LOG_DAYS = 184;

/** @throws EnvironmentError where predictions of a high-risk model would be kept too short */
function refuseShortLogs({ name, serving }: EnvironmentConfig, models: readonly ModelRelease[]): void {
  const days = serving.inferenceLogDays ?? HIGH_RISK_LOG_DAYS;
  const highRisk = models.filter(({ project }) => project.data.declaration.modelCard.riskRating === 'High').map(({ project }) => project.name);
  if (highRisk.length > 0 && days < HIGH_RISK_LOG_DAYS) {
    throw new EnvironmentError([
      `environment "${name}": serving.inferenceLogDays must be at least ${HIGH_RISK_LOG_DAYS} (EU AI Act, Articles 19(1) and 26(6)) for models rated High (${highRisk.join(', ')}), got ${days}`,
    ]);
  }
}
