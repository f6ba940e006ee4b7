import { Construct } from 'constructs';
import type * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { EnvironmentConfig } from '../config/environment';
import { names } from '../config/names';
import { placesOf } from '../config/sharing';
import { lit, ValidationError } from '../core/errors';
import { Build, BuildKey, mergeTo, pullRequests, pushesBeside } from './build';

/** Properties of {@link CodeDelivery}. */
export interface CodeDeliveryProps {
  /** In promotion order: a merge is deployed to one after the other, and stops where a deployment fails. */
  readonly environments: readonly EnvironmentConfig[];
  /** `owner/name` at GitHub. */
  readonly repository: string;
  /** ARN of the connection (CodeConnections) that reads the repository. It is made by hand, since a person must accept it at GitHub. */
  readonly connectionArn: string;
  /** @default main */
  readonly branch?: string;
  /** Qualifier of the CDK bootstrap. @default hnb659fds */
  readonly bootstrapQualifier?: string;
  /** Qualifier of the bootstrap that rehearsals are deployed with; one of its own may do less. @default - that of the deployments */
  readonly rehearsalQualifier?: string;
}

/** Role of bootstrap that the toolkit takes. CloudFormation's own role is passed by them. */
const TOOLKIT_ROLES = ['deploy', 'file-publishing', 'lookup'];
const DEFAULT_QUALIFIER = 'hnb659fds';

/** Of a rehearsal: the build's number, so that two pushes to one pull request do not meet. */
const SUFFIX = '$CODEBUILD_BUILD_NUMBER';

/**
 * Delivery of code, in the tooling account: every push and pull request is checked with `.ci/run`, which needs no AWS account; a pull request is
 * rehearsed in a stage of its own beside the environment of qualifications; a merge is checked again and deployed to the environments in promotion order.
 *
 * A merge releases code and nothing else: no model is trained or promoted by it.
 */
export class CodeDelivery extends Construct {
  /** Checks pushes and pull requests; may use nothing but its own log. */
  public readonly check: codebuild.Project;
  /** Deploys a pull request beside the environment that names the tooling account, lets a model go the whole way there, and destroys it. */
  public readonly rehearse?: codebuild.Project;
  /** Deploys what was merged; may take the roles of the CDK bootstrap and nothing else. */
  public readonly deploy: codebuild.Project;

  constructor(scope: Construct, id: string, private readonly props: CodeDeliveryProps) {
    super(scope, id);
    const { repository, connectionArn, environments, branch = 'main', bootstrapQualifier = DEFAULT_QUALIFIER } = props;
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
      throw new ValidationError(lit`DeliveryRepository`, `repository must be owner/name at GitHub, got "${repository}"; set MLOPS_REPOSITORY`, this);
    }
    const common = { repository, connectionArn, key: new BuildKey(this, 'Key') };
    this.check = new Build(this, 'Check', {
      ...common,
      build: ['npm ci', '.ci/run'],
      triggers: [pushesBeside(branch), pullRequests(branch)],
    }).project;
    const rehearsed = environments.find(({ rehearsedFrom }) => rehearsedFrom !== undefined);
    if (rehearsed !== undefined) {
      this.rehearse = this.makeRehearse(rehearsed, branch, common);
    }
    this.deploy = new Build(this, 'Deploy', {
      ...common,
      build: ['npm ci', '.ci/run', ...environments.map(({ name }) => `npx cdk deploy '${name}/**' --require-approval never --concurrency 4`)],
      triggers: [mergeTo(branch)],
      // Two merges at once would deploy in an order that nobody chose.
      concurrentBuildLimit: 1,
      assume: bootstrapRoles(environments, bootstrapQualifier),
    }).project;
  }

  /** What was deployed is destroyed even where a step before failed: CodeBuild runs the commands after a build whatever came of it. */
  private makeRehearse(environment: EnvironmentConfig, branch: string, common: Pick<CodeDeliveryProps, 'repository' | 'connectionArn'> & { key: BuildKey }): codebuild.Project {
    const { bootstrapQualifier = DEFAULT_QUALIFIER, rehearsalQualifier = bootstrapQualifier } = this.props;
    const context = `-c "rehearsal=${SUFFIX}" -c @aws-cdk/core:bootstrapQualifier=${rehearsalQualifier}`;
    const stacks = `"${names.rehearsal(environment.name, SUFFIX)}/**"`;
    const { project, role } = new Build(this, 'Rehearse', {
      ...common,
      roleName: names.rehearsalBuild(),
      build: [
        'npm ci',
        `npx cdk deploy ${stacks} ${context} --require-approval never --concurrency 4`,
        `npx tsx bin/rehearse.ts run "${SUFFIX}"`,
      ],
      afterwards: [`npx tsx bin/rehearse.ts empty "${SUFFIX}"`, `npx cdk destroy ${stacks} ${context} --force`],
      triggers: [pullRequests(branch)],
      // Code of somebody who may not write to the repository runs only after somebody who may has looked at it.
      approveForks: true,
      assume: bootstrapRoles([environment], rehearsalQualifier),
    });
    const roles = placesOf(environment).map(({ account }) => `arn:aws:iam::${account}:role/${names.accessRole(environment.name, 'rehearsal')}`);
    role.addToPolicy(new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: roles }));
    return project;
  }
}

/** What the toolkit takes on in the accounts of environments. */
const bootstrapRoles = (environments: readonly EnvironmentConfig[], qualifier: string): string[] =>
  environments
    .flatMap(placesOf)
    .flatMap(({ account, region }) => TOOLKIT_ROLES.map((purpose) => `arn:aws:iam::${account}:role/cdk-${qualifier}-${purpose}-role-${account}-${region}`));
