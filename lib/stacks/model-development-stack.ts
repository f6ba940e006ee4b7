import { Stack, type StackProps } from 'aws-cdk-lib';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { ReleasePin } from '../../lambda/shared/process/contract';
import { noteRisk } from '../compliance/risk';
import { developmentPlace, type EnvironmentConfig, networkOf, type PromotionChain, servingPlace } from '../config/environment';
import { imageUri } from '../config/images';
import type { ModelProject } from '../config/model-project';
import { championReceivers, samePlace } from '../config/sharing';
import { useEnvironmentDefaults } from '../core/environment-defaults';
import { StackNetwork } from '../core/network/stack-network';
import { readEnvironmentObjects } from '../core/storage/foreign-objects';
import { Janitor } from '../gates/janitor';
import { Admission } from '../registry/admission';
import { LabelEvents } from '../registry/label-events';
import { LifeCycle } from '../registry/life-cycle';
import { ModelRegistry } from '../registry/model-registry';
import { PackageEvents } from '../registry/package-events';
import { ChampionRecorder } from '../release/champion-record';
import { DevelopmentHandlers } from '../training/development-handlers';
import { DevelopmentTriggers } from '../training/development-triggers';
import { ModelDevelopment } from '../training/model-development';
import { bundleRelease } from '../training/release-bundle';
import { TrainingPipeline } from '../training/training-pipeline';

/** Properties of {@link ModelDevelopmentStack}. */
export interface ModelDevelopmentStackProps extends StackProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  readonly project: ModelProject;
  /** Where the code comes from, for the record: URL and commit. */
  readonly repository: string;
  readonly commit: string;
}

/**
 * Development of one model in one environment: released code, pipeline, test gates, registry and what starts them. Where the chain ends, also what
 * lets a version out to be qualified and its verdict in.
 */
export class ModelDevelopmentStack extends Stack {
  public readonly registry: ModelRegistry;
  public readonly pipeline: TrainingPipeline;
  public readonly development: ModelDevelopment;
  public readonly triggers: DevelopmentTriggers;
  /** Code that runs start with after this deployment. */
  public readonly release: ReleasePin;

  constructor(scope: Construct, id: string, props: ModelDevelopmentStackProps) {
    const { environment, chain, project, repository, commit, ...stackProps } = props;
    const place = developmentPlace(environment);
    super(scope, id, {
      description: `Development of the model ${project.name} in ${environment.name}`,
      ...stackProps,
      env: { account: place.account, region: place.region },
    });
    useEnvironmentDefaults(this, place);
    StackNetwork.use(this, place, networkOf(environment, place));
    noteRisk(this, project.data.declaration.modelCard.riskRating);
    const { data } = project;
    const inProduction = environment.name === chain.production.name;
    const image = imageUri('sagemaker-scikit-learn', place.region);

    this.registry = new ModelRegistry(this, 'Registry', {
      place,
      model: project.name,
      readerAccounts: inProduction ? [chain.qualification, chain.production].map((reader) => servingPlace(reader).account) : [],
    });
    this.pipeline = new TrainingPipeline(this, 'Pipeline', { place, project: data, image });
    const bundle = bundleRelease(project.folder);
    const code = new assets.Asset(this, 'Code', { path: bundle.path });
    this.release = {
      bundleUri: code.s3ObjectUrl,
      bundleSha256: bundle.sha256,
      repository,
      commit,
      policyDigest: data.policyDigest,
      pipelineDefinitionDigest: this.pipeline.definition.digest,
      image,
    };
    const handlers = new DevelopmentHandlers(this, 'Handlers', {
      place,
      project: data,
      pipeline: this.pipeline,
      registry: this.registry,
      bundleBucketName: code.s3BucketName,
      bundleKey: code.s3ObjectKey,
      documentation: environment.development.documentation ?? 'required',
    });
    const { gateMode } = environment.development;
    this.development = new ModelDevelopment(this, 'Development', { place, project: data, gateMode, pipeline: this.pipeline, handlers });
    const { stateMachineName, dataGate, modelGate, reproductionGate } = this.development;
    this.triggers = new DevelopmentTriggers(this, 'Triggers', { place, project: data, stateMachineName, release: this.release });
    new Janitor(this, 'Janitor', {
      place,
      project: data,
      purpose: 'development',
      machines: [{ stateMachineName, machine: 'development', gates: [dataGate.gate, modelGate.gate], comparison: reproductionGate.gate, mode: gateMode }],
    });

    const promotion = servingPlace(chain.production);
    if (championReceivers(chain).some((receiver) => samePlace(receiver, place))) {
      new ChampionRecorder(this, 'Champion', { place, project: data, promotion });
    }
    const trained = developmentPlace((chain.rehearses ?? chain).production);
    if (environment.name === chain.qualification.name && trained.account !== place.account) {
      const models = { owner: trained, purpose: 'artifacts', prefix: `${project.name}/runs/`, reason: 'The champion lies among the runs of production, which are named when they happen.' } as const;
      readEnvironmentObjects(handlers.release.role, models).forEach((statement) => handlers.release.role.addToPolicy(statement));
    }

    if (inProduction) {
      const qualification = servingPlace(chain.qualification);
      new PackageEvents(this, 'PackageEvents', { place, model: project.name, registry: this.registry, qualification, serving: promotion });
      if (promotion.account !== place.account) {
        new LabelEvents(this, 'LabelEvents', { place, model: project.name, monitoring: promotion });
      }
      new LifeCycle(this, 'LifeCycle', { place, project: data, registry: this.registry, promotion });
      new Admission(this, 'Admission', { place, project: data, registry: this.registry, qualification, approval: environment.approval });
    }
  }
}
