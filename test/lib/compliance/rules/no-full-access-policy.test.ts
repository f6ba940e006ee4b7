import * as iam from 'aws-cdk-lib/aws-iam';
import { findings } from './support';

const RULE = 'NoFullAccessPolicy';
const attached = (...policies: iam.IManagedPolicy[]) =>
  findings(RULE, (scope) => new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com'), managedPolicies: policies }));
const aws = (name: string) => iam.ManagedPolicy.fromAwsManagedPolicyName(name);

test("policies of the organization and narrow ones of AWS comply", () => {
  expect(attached(aws('service-role/AWSLambdaBasicExecutionRole'))).toEqual([]);
  expect(attached()).toEqual([]);
});

test.each(['AmazonSageMakerFullAccess', 'AmazonS3FullAccess', 'AdministratorAccess', 'PowerUserAccess'])('%s does not', (name) => {
  expect(attached(aws(name))).toEqual([`${RULE}[Policy::${name}]`]);
});
