import { PermissionsBoundary, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { developmentPlace, type EnvironmentConfig, networkOf, type PromotionChain } from '../config/environment';
import type { ModelProject } from '../config/model-project';
import { names } from '../config/names';
import type { WorkspaceConfig } from '../config/workspace';
import { useEnvironmentDefaults } from '../core/environment-defaults';
import { StackNetwork } from '../core/network/stack-network';
import { bundleRelease } from '../training/release-bundle';
import { productionDataPolicy } from '../workspace/production-data';
import { StudioDomain } from '../workspace/studio-domain';
import { openStudio, WorkspaceUser } from '../workspace/workspace-user';

/** Properties of {@link WorkspaceStack}. */
export interface WorkspaceStackProps {
  readonly environment: EnvironmentConfig;
  readonly chain: PromotionChain;
  readonly workspace: WorkspaceConfig;
  readonly projects: readonly ModelProject[];
}

/** Where data scientists explore: Studio in the private network, a profile and a role for each person, the data of production to read. */
export class WorkspaceStack extends Stack {
  public readonly domain: StudioDomain;
  public readonly users: readonly WorkspaceUser[];

  constructor(scope: Construct, id: string, { environment, chain, workspace, projects }: WorkspaceStackProps) {
    const boundary = environment.people?.permissionsBoundary;
    const place = developmentPlace(environment);
    super(scope, id, {
      env: { account: place.account, region: place.region },
      description: `Workspace of data scientists in the environment ${environment.name}`,
      permissionsBoundary: boundary === undefined ? undefined : PermissionsBoundary.fromName(boundary),
    });
    useEnvironmentDefaults(this, place);
    StackNetwork.use(this, place, networkOf(environment, place));
    const access = { environment, chain, place, models: projects.map(({ name }) => name) };
    const productionData = productionDataPolicy(this, 'ProductionData', access);
    this.domain = new StudioDomain(this, 'Studio', {
      place,
      workspace,
      tools: projects.map((project) => {
        const { s3BucketName, s3ObjectKey } = new assets.Asset(this, `${project.id}Code`, { path: bundleRelease(project.folder).path });
        return { model: project.name, bucketName: s3BucketName, key: s3ObjectKey };
      }),
      variables: {
        MLOPS_ENVIRONMENT: environment.name,
        MLOPS_DATA: `s3://${names.bucket(place, 'data')}`,
        MLOPS_RESULTS: `s3://${names.bucket(place, 'workspace')}`,
        ...(productionData === undefined ? {} : { MLOPS_PRODUCTION_DATA: `s3://${names.bucket(developmentPlace(chain.production), 'data')}` }),
      },
    });
    this.users = workspace.users.map((user) => new WorkspaceUser(this, `User-${user.name}`, { ...access, user, signIn: workspace.signIn, domain: this.domain, productionData }));
    if (workspace.signIn === 'IAM') {
      const role = iam.Role.fromRoleName(this, 'DataScientists', names.accessRole(environment.name, 'dataScientist'));
      openStudio(this, 'OpenStudio', { domainId: this.domain.domainId, users: workspace.users, role });
    }
  }
}
