import type { CfnResource } from 'aws-cdk-lib';
import { NagMessageLevel, NagPack, type NagPackProps } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { dataCaptureEncrypted } from './rules/data-capture-encrypted';
import { endpointConfigEncrypted } from './rules/endpoint-config-encrypted';
import { jobRoleOwnData } from './rules/job-role-own-data';
import { logRetention } from './rules/log-retention';
import { modelPackageGroupAccounts } from './rules/model-package-group-accounts';
import { networkIsolation } from './rules/network-isolation';
import { noFullAccessPolicy } from './rules/no-full-access-policy';
import { rollbackAlarms } from './rules/rollback-alarms';
import type { Rule } from './rules/rule';
import { stateMachineTimeout } from './rules/state-machine-timeout';

export const MLOPS_RULES: readonly Rule[] = [
  endpointConfigEncrypted,
  dataCaptureEncrypted,
  networkIsolation,
  noFullAccessPolicy,
  rollbackAlarms,
  modelPackageGroupAccounts,
  jobRoleOwnData,
  logRetention,
  stateMachineTimeout,
];

/**
 * Rules on machine learning that the public packs do not have, over resources and over what state machines and pipelines create when they run.
 *
 * ```ts
 * Validations.of(app).addPlugins(new MlopsChecks(app));
 * ```
 */
export class MlopsChecks extends NagPack {
  public readonly name = 'Mlops';

  constructor(scope?: IConstruct, props?: NagPackProps) {
    super(scope, props);
    this.packName = 'Mlops';
  }

  protected override checkResource(node: CfnResource): void {
    for (const { name, info, explanation, check } of MLOPS_RULES) {
      this.applyRule({ ruleSuffixOverride: name, info, explanation, level: NagMessageLevel.ERROR, rule: check, node });
    }
  }
}
