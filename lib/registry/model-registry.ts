import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { names, type Place } from '../config/names';

/** Properties of {@link ModelRegistry}. */
export interface ModelRegistryProps {
  readonly place: Place;
  readonly model: string;
  /** Accounts that test and serve versions registered here, beside this one. @default - none */
  readonly readerAccounts?: readonly string[];
}

/**
 * Model package group of a model: where its versions are registered, approved and found by those who serve them.
 */
export class ModelRegistry extends Construct {
  public readonly modelPackageGroupName: string;
  public readonly groupArn: string;
  /** ARN pattern of the versions. */
  public readonly packagesArn: string;

  constructor(scope: Construct, id: string, { place, model, readerAccounts = [] }: ModelRegistryProps) {
    super(scope, id);
    this.modelPackageGroupName = names.modelPackageGroup(place.environment, model);
    const arn = (resource: string, resourceName: string) => Stack.of(this).formatArn({ service: 'sagemaker', resource, resourceName });
    this.groupArn = arn('model-package-group', this.modelPackageGroupName);
    this.packagesArn = arn('model-package', `${this.modelPackageGroupName}/*`);
    const readers = [...new Set(readerAccounts)].filter((account) => account !== place.account);
    new sagemaker.CfnModelPackageGroup(this, 'Resource', {
      modelPackageGroupName: this.modelPackageGroupName,
      // A change of this text would replace the group, so it says nothing that changes.
      modelPackageGroupDescription: `Versions of the model ${model}`,
      modelPackageGroupPolicy: readers.length === 0 ? undefined : this.policy(readers).toJSON(),
    });
  }

  /** The blueprint's roles in other accounts may look at versions and make models from them; approval stays here. */
  private policy(accounts: readonly string[]): iam.PolicyDocument {
    const principals = accounts.map((account) => new iam.AccountPrincipal(account));
    const conditions = { ArnLike: { 'aws:PrincipalArn': accounts.map((account) => `arn:${Stack.of(this).partition}:iam::${account}:role/mlops-*`) } };
    return new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({ sid: 'FindGroup', principals, actions: ['sagemaker:DescribeModelPackageGroup'], resources: [this.groupArn], conditions }),
        new iam.PolicyStatement({
          sid: 'UseVersions',
          principals,
          actions: ['sagemaker:DescribeModelPackage', 'sagemaker:ListModelPackages', 'sagemaker:CreateModel'],
          resources: [this.packagesArn],
          conditions,
        }),
      ],
    });
  }
}
