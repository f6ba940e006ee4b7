import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import { findings } from './support';

const RULE = 'ModelPackageGroupAccounts';
const group = (...principals: iam.IPrincipal[]) =>
  findings(RULE, (scope) => {
    const statement = new iam.PolicyStatement({ principals, actions: ['sagemaker:DescribeModelPackage'], resources: ['arn:aws:sagemaker:eu-central-1:333333333333:model-package/g/*'] });
    new CfnModelPackageGroup(scope, 'Group', {
      modelPackageGroupName: 'g',
      modelPackageGroupPolicy: principals.length === 0 ? undefined : new iam.PolicyDocument({ statements: [statement] }).toJSON(),
    });
  });

test('named accounts and no policy comply', () => {
  expect(group(new iam.AccountPrincipal('222222222222'))).toEqual([]);
  expect(group(new iam.ArnPrincipal('arn:aws:iam::222222222222:role/r'))).toEqual([]);
  expect(group()).toEqual([]);
});

test('everybody does not, not even of one organization', () => {
  expect(group(new iam.AnyPrincipal())).toEqual([RULE]);
  expect(group(new iam.OrganizationPrincipal('o-1234567890'))).toEqual([RULE]);
});
