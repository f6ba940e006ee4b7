import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { GateMode } from '../../lambda/gate/contract';
import { QUALIFICATION_KEY_ARN } from '../../lambda/promotion-admit/contract';
import { Events } from '../../lambda/shared/process/contract';
import type { ModelProjectData } from '../../lambda/shared/project/contract';
import { Env } from '../../lambda/shared/runtime/contract';
import { noteRisk } from '../compliance/risk';
import { developmentPlace, type EnvironmentConfig, networkOf, type PromotionChain, servingPlace } from '../config/environment';
import { names, type Place } from '../config/names';
import { championReceivers } from '../config/sharing';
import { useEnvironmentDefaults } from '../core/environment-defaults';
import { EventForwarder } from '../core/event-forwarder';
import { HandlerFunction } from '../core/functions/handler-function';
import { StackNetwork } from '../core/network/stack-network';
import { acknowledgeWildcard } from '../core/policies/wildcards';
import { readEnvironmentObjects, useForeignKey } from '../core/storage/foreign-objects';
import { allowListing } from '../core/storage/object-access';
import { Janitor } from '../gates/janitor';
import { TestGate } from '../gates/test-gate';
import { ChampionEvents } from '../release/champion-events';
import { StateTable } from '../release/endpoint-lock';
import { Promotion } from '../release/promotion';
import { Qualification } from '../release/qualification';
import { Reconcile } from '../release/reconcile';
import { ReleaseChecks } from '../release/release-checks';
import { modelPackages, ReleaseStarter } from '../release/release-starter';
import { SigningKey } from '../release/signing-key';
import { InferenceLog } from '../serving/inference-log';
import { ModelEndpoint } from '../serving/model-endpoint';
import { PredictionService } from '../serving/prediction-service';

/**
 * A release is judged, whatever the environment: an endpoint under qualification has the shape of production, and nothing tests its load afterwards.
 */
const GATE_MODE: GateMode = 'QUALITATIVE';

/** Properties of {@link ModelServingStack}. */
export interface ModelServingStackProps extends StackProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  readonly project: ModelProjectData;
}

/**
 * Serves one model in one environment: the application, the inference log, what outlives the versions of the endpoint, and the machine that
 * releases versions. Which machine follows from the endpoint's lifetime: one that is made for a qualification, or one that lasts.
 */
export class ModelServingStack extends Stack {
  public readonly endpoint: ModelEndpoint;
  public readonly inferenceLog: InferenceLog;
  public readonly application: PredictionService;
  /** Gate that the releasing machine runs; none where nothing is released. */
  public readonly gate?: TestGate;
  private readonly place: Place;
  private readonly registry: Place;
  private readonly model: string;
  private readonly checks: ReleaseChecks;

  constructor(scope: Construct, id: string, private readonly props: ModelServingStackProps) {
    const { environment, chain, project, ...stackProps } = props;
    const place = servingPlace(environment);
    super(scope, id, {
      env: { account: place.account, region: place.region },
      description: `Serving of the model ${project.declaration.name} in the environment ${environment.name}`,
      terminationProtection: environment.removalPolicy === RemovalPolicy.RETAIN,
      ...stackProps,
    });
    useEnvironmentDefaults(this, place);
    StackNetwork.use(this, place, networkOf(environment, place));
    noteRisk(this, project.declaration.modelCard.riskRating);
    this.place = place;
    this.registry = developmentPlace(chain.production);
    this.model = project.declaration.name;
    const { logRetention, removalPolicy } = environment;
    this.endpoint = new ModelEndpoint(this, 'Endpoint', { environment, chain, project });
    this.inferenceLog = new InferenceLog(this, 'InferenceLog', { place, model: this.model, logRetention });
    this.application = new PredictionService(this, 'Application', { place, project, endpoint: this.endpoint, inferenceLog: this.inferenceLog, logRetention });
    new StateTable(this, 'State', { tableName: names.stateTable(place.environment, this.model), removalPolicy });
    this.checks = new ReleaseChecks(this, 'Checks', { place, project, application: this.application, registry: this.registry });

    const releases = { none: () => undefined, qualification: () => this.qualifies(), permanent: () => this.promotes() };
    this.gate = releases[environment.serving.endpoint.lifetime]();
  }

  /** A qualification for every registered version, with a verdict that other accounts can trust. */
  private qualifies(): TestGate {
    const { chain, environment, project } = this.props;
    const { place, registry, model } = this;
    const verifiers = [registry.account, servingPlace(chain.production).account];
    const signingKey = new SigningKey(this, 'SigningKey', { place, model, verifiers, removalPolicy: environment.removalPolicy });
    const gate = new TestGate(this, 'Gate', {
      place,
      project,
      gate: 'qualification',
      mode: GATE_MODE,
      checks: [this.checks.contract(), this.checks.load()],
      signingKeyArn: signingKey.key.keyArn,
    });
    signingKey.allowSigning(gate.judge.role);
    const qualification = new Qualification(this, 'Qualification', { place, model, endpoint: this.endpoint, registry, gate });
    new ReleaseStarter(this, 'QualificationStarter', {
      place,
      project,
      machine: 'qualification',
      stateMachineName: qualification.stateMachineName,
      registry,
      approvalStatus: 'PendingManualApproval',
    });
    this.tellRegistry();
    this.watch('qualification', qualification.stateMachineName, gate);
    return gate;
  }

  /** Hands the verdict on to where the package is registered. */
  private tellRegistry(): void {
    const { place, registry, model } = this;
    const bus = events.EventBus.fromEventBusName(this, 'Bus', names.eventBus(place.environment));
    new EventForwarder(this, 'Forward', { place, roleName: names.role(place.environment, model, 'forward'), description: `Hands events about ${model} on to ${registry.environment}` }).forward(
      'Verdicts',
      `Qualification verdicts of ${model} go to ${registry.environment}`,
      { source: [Events.SOURCE], account: [place.account], detailType: [Events.QUALIFICATION_FINISHED], detail: { model: [model] } },
      registry,
      bus,
    );
  }

  /** A promotion for every approved version. */
  private promotes(): TestGate {
    const { project } = this.props;
    const { place, registry } = this;
    this.endpoint.addAlarms(project.declaration.serving.rollout);
    const gate = new TestGate(this, 'Gate', {
      place,
      project,
      gate: 'promotion',
      mode: GATE_MODE,
      checks: [this.checks.contract(), this.checks.rollout()],
    });
    const promotion = new Promotion(this, 'Promotion', { place, project, endpoint: this.endpoint, registry, admit: this.makeAdmit(), gate });
    new ReleaseStarter(this, 'PromotionStarter', {
      place,
      project,
      machine: 'promotion',
      stateMachineName: promotion.stateMachineName,
      registry,
      approvalStatus: 'Approved',
    });
    new Reconcile(this, 'Reconcile', { place, project, endpoint: this.endpoint });
    const receivers = championReceivers(this.props.chain);
    if (receivers.length > 0) {
      new ChampionEvents(this, 'ChampionEvents', { place, model: this.model, receivers, registry });
    }
    this.watch('promotion', promotion.stateMachineName, gate);
    return gate;
  }

  private watch(machine: 'qualification' | 'promotion', stateMachineName: string, gate: TestGate): void {
    new Janitor(this, 'Janitor', {
      place: this.place,
      project: this.props.project,
      purpose: machine,
      machines: [{ stateMachineName, machine, gates: [gate.gate], mode: GATE_MODE }],
      endpoint: this.endpoint,
    });
  }

  private makeAdmit(): HandlerFunction {
    const { chain, project } = this.props;
    const { place, registry, model } = this;
    const qualifier = servingPlace(chain.qualification);
    const signingKeyAlias = names.signingKeyAlias(qualifier.environment, model);
    const evidence = names.bucket(registry, 'evidence');
    const packages = modelPackages(this, registry, names.modelPackageGroup(registry.environment, model));
    const handler = new HandlerFunction(this, 'Admit', {
      handler: 'promotion-admit',
      description: `Admits model packages of ${model} to production: qualified, approved and unchanged`,
      roleName: names.role(place.environment, model, 'promotion-admit'),
      project,
      timeout: Duration.minutes(10),
      environment: {
        [Env.EVIDENCE_BUCKET]: evidence,
        [QUALIFICATION_KEY_ARN]: `arn:${this.partition}:kms:${qualifier.region}:${qualifier.account}:${signingKeyAlias}`,
      },
      statements: [new iam.PolicyStatement({ actions: ['sagemaker:DescribeModelPackage'], resources: [packages] })],
    });
    acknowledgeWildcard(handler, packages, 'Versions of one model package group: they are registered after this deployment.');
    const reason = 'Manifests, admitted verdicts and models are named by digests and runs.';
    const statements = [
      ...['manifests', 'qualifications'].flatMap((folder) =>
        readEnvironmentObjects(handler, { owner: registry, purpose: 'evidence', prefix: `${model}/${folder}/`, reason }),
      ),
      ...readEnvironmentObjects(handler, { owner: registry, purpose: 'artifacts', prefix: `${model}/runs/`, reason }),
      allowListing(handler, evidence, [`${model}/manifests/`, `${model}/qualifications/`]),
      useForeignKey(handler, qualifier, signingKeyAlias, ['kms:Verify']),
    ];
    statements.forEach((statement) => handler.role.addToPolicy(statement));
    return handler;
  }
}
