import { AwsSolutionsChecks, HIPAASecurityChecks, type NagPack, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { MlopsChecks } from './mlops-checks';

/** Every pack of rules that the environments are held to, the blueprint's own last. */
export const rulePacks = (scope?: IConstruct): NagPack[] =>
  [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks, MlopsChecks].map((Pack) => new Pack(scope));
