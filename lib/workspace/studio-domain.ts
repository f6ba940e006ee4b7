import { createHash } from 'node:crypto';
import { Fn, Stack } from 'aws-cdk-lib';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { names, type Place } from '../config/names';
import { DEFAULT_IDLE_MINUTES, type WorkspaceConfig } from '../config/workspace';
import { environmentKeyArn } from '../core/environment-defaults';
import { lit, ValidationError } from '../core/errors';
import { StackNetwork } from '../core/network/stack-network';
import { startScript, type Tool } from './start-script';
import { workspaceRole } from './workspace-role';

/** Properties of {@link StudioDomain}. */
export interface StudioDomainProps {
  readonly place: Place;
  readonly workspace: WorkspaceConfig;
  /** Code of model projects that every space finds when it starts. */
  readonly tools: readonly Tool[];
  /** Variables of the environment, by name. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Kinds of applications that people work in. */
const APPS = ['JupyterLab', 'CodeEditor'] as const;

/** Gigabytes of the disk of a space. */
const DISK = { defaultEbsVolumeSizeInGb: 20, maximumEbsVolumeSizeInGb: 100 };

/**
 * A Studio domain without a way to the internet. Spaces lie on encrypted disks of their own, applications that idle are shut down, and who works is named
 * in the audit trail. There is no shared home directory: what people share goes through the results bucket, where it expires.
 */
export class StudioDomain extends Construct {
  public readonly domainId: string;
  public readonly domainArn: string;
  public readonly securityGroupIds: string[];
  public readonly tools: readonly Tool[];

  constructor(scope: Construct, id: string, { place, workspace, tools, variables }: StudioDomainProps) {
    super(scope, id);
    const network = StackNetwork.of(this);
    if (network === undefined) {
      throw new ValidationError(lit`WorkspaceNetwork`, 'a workspace needs a stack with a private network; call StackNetwork.use before', this);
    }
    const { subnetIds, securityGroupIds } = network.placement('workspace');
    this.securityGroupIds = securityGroupIds;
    this.tools = tools;
    const script = startScript({ tools, variables, packageIndex: workspace.packageIndex });
    const digest = createHash('sha256').update(JSON.stringify(Stack.of(this).resolve(script))).digest('hex').slice(0, 8);
    const minutes = workspace.idleMinutes ?? DEFAULT_IDLE_MINUTES;
    const settings = Object.fromEntries(
      APPS.map((app) => {
        const config = new sagemaker.CfnStudioLifecycleConfig(this, `${app}Start`, {
          // The content cannot be changed: another one has another name.
          studioLifecycleConfigName: `${names.studioDomain(place.environment)}-${app.toLowerCase()}-${digest}`,
          studioLifecycleConfigAppType: app,
          studioLifecycleConfigContent: Fn.base64(script),
        });
        const lifecycleConfigArns = [config.attrStudioLifecycleConfigArn];
        return [
          app,
          {
            lifecycleConfigArns,
            defaultResourceSpec: { instanceType: 'ml.t3.medium', lifecycleConfigArn: config.attrStudioLifecycleConfigArn },
            appLifecycleManagement: {
              idleSettings: { lifecycleManagement: 'ENABLED', idleTimeoutInMinutes: minutes, minIdleTimeoutInMinutes: minutes, maxIdleTimeoutInMinutes: minutes },
            },
          },
        ];
      }),
    );
    // SageMaker asks for a role of whoever has none; everybody has one, and this one may nothing.
    const nobody = workspaceRole(this, 'DefaultRole', { roleName: `${names.studioDomain(place.environment)}-studio`, description: 'Nobody: may nothing in the workspace', account: place.account });
    const domain = new sagemaker.CfnDomain(this, 'Resource', {
      domainName: names.studioDomain(place.environment),
      authMode: workspace.signIn,
      vpcId: network.vpcId,
      subnetIds,
      appNetworkAccessType: 'VpcOnly',
      homeEfsFileSystemCreation: 'Disabled',
      kmsKeyId: environmentKeyArn(this, place.environment),
      domainSettings: { executionRoleIdentityConfig: 'USER_PROFILE_NAME', securityGroupIds },
      defaultUserSettings: {
        executionRole: nobody.roleArn,
        securityGroups: securityGroupIds,
        studioWebPortal: 'ENABLED',
        defaultLandingUri: 'studio::',
        autoMountHomeEfs: 'Disabled',
        sharingSettings: { notebookOutputOption: 'Disabled' },
        jupyterLabAppSettings: settings.JupyterLab,
        codeEditorAppSettings: settings.CodeEditor,
        spaceStorageSettings: { defaultEbsStorageSettings: DISK },
      },
    });
    this.domainId = domain.attrDomainId;
    this.domainArn = domain.attrDomainArn;
  }
}
