import { ArnFormat, Duration, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DOCUMENTATION, type Documentation, MODEL_PACKAGE_GROUP } from '../../lambda/register/contract';
import { PIPELINE_NAME } from '../../lambda/reproduce/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { Layout } from '../../lambda/shared/storage/contract';
import { names, type Place } from '../config/names';
import { DuckDbLayer } from '../core/functions/duckdb-layer';
import { HandlerFunction } from '../core/functions/handler-function';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { allowListing, allowObjects } from '../core/storage/object-access';
import type { ModelRegistry } from '../registry/model-registry';
import { denyApproval } from '../registry/no-approval';
import type { TrainingPipeline } from './training-pipeline';

/** Properties of {@link DevelopmentHandlers}. */
export interface DevelopmentHandlersProps {
  readonly place: Place;
  readonly project: ModelProjectData;
  readonly pipeline: TrainingPipeline;
  readonly registry: ModelRegistry;
  /** Bucket with the released code. */
  readonly bundleBucketName: string;
  readonly bundleKey: string;
  readonly documentation: Documentation;
}

const READ = ['s3:GetObject'];
const RUN_KEYS = 'Objects of runs, snapshots or deliveries: their keys hold run ids, digests and names of deliveries.';

/** Room for a snapshot that a check copies before it reads it. */
const CHECK_STORAGE = Size.gibibytes(4);

/** The functions of a development run, each with the permissions of its one job. */
export class DevelopmentHandlers extends Construct {
  public readonly snapshot: HandlerFunction;
  public readonly release: HandlerFunction;
  public readonly dataCheck: HandlerFunction;
  public readonly modelCheck: HandlerFunction;
  public readonly profile: HandlerFunction;
  public readonly register: HandlerFunction;
  public readonly reproduce: HandlerFunction;
  public readonly reproductionCheck: HandlerFunction;
  private readonly model: string;
  private readonly artifacts: string;
  private readonly evidence: string;

  constructor(scope: Construct, id: string, private readonly props: DevelopmentHandlersProps) {
    super(scope, id);
    this.model = props.project.declaration.name;
    this.artifacts = names.bucket(props.place, 'artifacts');
    this.evidence = names.bucket(props.place, 'evidence');
    const duckDb = { layers: [new DuckDbLayer(this, 'DuckDb')], memory: Size.gibibytes(3), timeout: Duration.minutes(15), ephemeralStorage: CHECK_STORAGE };

    this.snapshot = this.makeSnapshot();
    this.release = this.makeRelease();
    this.dataCheck = this.make('DataCheck', 'data-check', 'Measures a data snapshot', duckDb);
    this.allow(this.dataCheck, 'snapshots/', READ);
    // The champion's reference lies in the run that made it.
    this.allow(this.dataCheck, 'runs/', READ);
    this.dataCheck.role.addToPolicy(this.listing(['snapshots/']));
    // Tells a report that a first attempt wrote from one that is not there.
    this.dataCheck.role.addToPolicy(allowListing(this.dataCheck, this.evidence, [`${this.model}/gates/data/`]));
    this.modelCheck = this.make('ModelCheck', 'model-check', 'Measures a candidate by its test predictions', duckDb);
    this.allow(this.modelCheck, 'runs/', READ);
    this.profile = this.make('Profile', 'profile', 'Profiles training data and test predictions: the reference of drift', duckDb);
    this.allow(this.profile, 'runs/', ['s3:GetObject', 's3:PutObject']);
    this.profile.role.addToPolicy(this.listing(['runs/']));
    this.register = this.makeRegister();
    this.reproduce = this.makeReproduce();
    this.reproductionCheck = this.make('ReproductionCheck', 'reproduction-check', 'Compares a rebuilt model with the original', duckDb);
    this.allow(this.reproductionCheck, 'runs/', READ);
    this.reproductionCheck.role.addToPolicy(this.listing(['runs/']));
    this.reproductionCheck.role.addToPolicy(this.manifests(this.reproductionCheck, READ));
  }

  private makeSnapshot(): HandlerFunction {
    const { place } = this.props;
    const data = names.bucket(place, 'data');
    const handler = this.make('Snapshot', 'snapshot', 'Pins the data of a development run', {
      environment: { [Env.DATA_BUCKET]: data, [Env.ARTIFACTS_BUCKET]: this.artifacts },
      timeout: Duration.minutes(15),
    });
    const prefixes = [Layout.trainingPrefix(this.model), Layout.feedbackPrefix(this.model), Layout.trialPrefix(this.model)];
    const actions = ['s3:GetObject', 's3:GetObjectVersion'];
    prefixes.forEach((prefix) => handler.role.addToPolicy(allowObjects(handler, { bucketName: data, prefix, actions, reason: RUN_KEYS })));
    handler.role.addToPolicy(allowListing(handler, data, prefixes, ['s3:ListBucketVersions']));
    this.allow(handler, 'snapshots/', ['s3:GetObject', 's3:PutObject']);
    handler.role.addToPolicy(this.listing(['snapshots/']));
    return handler;
  }

  private makeRelease(): HandlerFunction {
    const { bundleBucketName, bundleKey } = this.props;
    const handler = this.make('Release', 'release', 'Puts released code and champion where jobs can read them', {
      environment: { [Env.ARTIFACTS_BUCKET]: this.artifacts },
      timeout: Duration.minutes(5),
    });
    handler.role.addToPolicy(allowObjects(handler, { bucketName: bundleBucketName, prefix: bundleKey, actions: READ, reason: '' }));
    this.allow(handler, 'code/', ['s3:GetObject', 's3:PutObject']);
    this.allow(handler, 'runs/', ['s3:GetObject', 's3:PutObject']);
    handler.role.addToPolicy(this.listing(['code/', 'runs/']));
    handler.role.addToPolicy(new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: [this.championParameterArn()] }));
    return handler;
  }

  private makeRegister(): HandlerFunction {
    const { place, pipeline, registry, documentation } = this.props;
    const handler = this.make('Register', 'register', 'Records what a candidate is made of and registers it', {
      environment: {
        [Env.ENVIRONMENT]: place.environment,
        [Env.EVIDENCE_BUCKET]: this.evidence,
        [MODEL_PACKAGE_GROUP]: registry.modelPackageGroupName,
        [DOCUMENTATION]: documentation,
      },
      timeout: Duration.minutes(5),
    });
    this.allow(handler, 'runs/', READ);
    this.allow(handler, 'snapshots/', READ);
    handler.role.addToPolicy(this.manifests(handler, ['s3:GetObject', 's3:PutObject']));
    const verdicts = [`${this.model}/gates/`, `${this.model}/qualifications/`];
    const reason = 'The ML Test Score is computed from the verdicts of every gate: their keys hold the names of runs.';
    verdicts.forEach((prefix) => handler.role.addToPolicy(allowObjects(handler, { bucketName: this.evidence, prefix, actions: READ, reason })));
    handler.role.addToPolicy(allowListing(handler, this.evidence, [...verdicts, `${this.model}/manifests/`]));
    handler.role.addToPolicy(
      new iam.PolicyStatement({ actions: ['sagemaker:DescribePipelineExecution', 'sagemaker:ListPipelineExecutionSteps'], resources: [pipeline.executionsArn] }),
    );
    acknowledgeWildcard(handler, pipeline.executionsArn, 'Executions of one pipeline: SageMaker names them.');
    const jobs = Stack.of(this).formatArn({ service: 'sagemaker', resource: 'training-job', resourceName: 'pipelines-*' });
    handler.role.addToPolicy(new iam.PolicyStatement({ actions: ['sagemaker:DescribeTrainingJob'], resources: [jobs] }));
    acknowledgeWildcard(handler, jobs, 'SageMaker names the jobs of a pipeline: pipelines-<execution>-<step>-<suffix>.');
    handler.role.addToPolicy(
      new iam.PolicyStatement({ actions: ['sagemaker:CreateModelPackage'], resources: [registry.groupArn, registry.packagesArn] }),
    );
    handler.role.addToPolicy(denyApproval('sagemaker:CreateModelPackage', registry.packagesArn));
    acknowledgeWildcard(handler, registry.packagesArn, 'Versions of one group: the registry numbers them.');
    return handler;
  }

  private makeReproduce(): HandlerFunction {
    const { pipeline } = this.props;
    const handler = this.make('Reproduce', 'reproduce', 'Reads from a manifest what a version is rebuilt from', {
      environment: { [PIPELINE_NAME]: pipeline.pipelineName },
      timeout: Duration.minutes(15),
    });
    handler.role.addToPolicy(this.manifests(handler, READ));
    this.allow(handler, 'snapshots/', READ);
    handler.role.addToPolicy(new iam.PolicyStatement({ actions: ['sagemaker:DescribePipeline'], resources: [pipeline.pipelineArn] }));
    return handler;
  }

  private manifests(handler: HandlerFunction, actions: string[]): iam.PolicyStatement {
    return allowObjects(handler, { bucketName: this.evidence, prefix: `${this.model}/manifests/`, actions, reason: 'Manifests and model cards: their keys are digests.' });
  }

  private make(id: string, handler: string, description: string, options: Partial<ConstructorParameters<typeof HandlerFunction>[2]>): HandlerFunction {
    const { place, project } = this.props;
    return new HandlerFunction(this, id, {
      handler,
      description: `${description} (${this.model}, ${place.environment})`,
      roleName: names.role(place.environment, this.model, handler),
      project,
      ...options,
    });
  }

  /** Objects of this model in the artifacts bucket. */
  private allow(handler: HandlerFunction, folder: string, actions: string[]): void {
    const access = { bucketName: this.artifacts, prefix: `${this.model}/${folder}`, actions, reason: RUN_KEYS };
    handler.role.addToPolicy(allowObjects(handler, access));
  }

  private listing(folders: readonly string[]): iam.PolicyStatement {
    return allowListing(this, this.artifacts, folders.map((folder) => `${this.model}/${folder}`));
  }

  private championParameterArn(): string {
    const resourceName = Layout.championParameter(this.model).slice(1);
    return Stack.of(this).formatArn({ service: 'ssm', resource: 'parameter', resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  }
}
