import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import cdk from '../../cdk.json';

/** Account and region of stacks in tests. */
export const ENV = { account: '333333333333', region: 'eu-central-1' } as const;

/** An app with the feature flags of `cdk.json`, which `new App()` alone does not read. */
export const newApp = (): App => new App({ context: { ...cdk.context } });

export const newStack = (): Stack => new Stack(newApp(), 'Stack', { env: ENV });

/**
 * Findings in the resources below a construct that nobody acknowledged, as `rule on construct`; call after the template was made.
 *
 * A synthesis leaves acknowledged findings out by itself; `validateScope`, which is faster, does not.
 */
export function nagFindings(scope: IConstruct, packs: readonly NagPack[] = [new AwsSolutionsChecks()]): string[] {
  const constructs = new Map(scope.node.findAll().map((construct) => [construct.node.path, construct]));
  return packs.flatMap((pack) =>
    pack.validateScope(scope).violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources
        .filter(({ constructPath = '' }) => !acknowledged(constructs.get(constructPath), `${pack.name}::${ruleName}`.replaceAll(' ', '-')))
        .map(({ constructPath }) => `${ruleName} on ${constructPath}`),
    ),
  );
}

const acknowledged = (construct: IConstruct | undefined, id: string): boolean =>
  construct?.node.scopes.some(({ node }) =>
    node.metadata.some(({ type, data }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY && Object.hasOwn(data as object, id)),
  ) ?? false;
