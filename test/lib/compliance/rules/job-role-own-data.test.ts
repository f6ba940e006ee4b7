import { findings, role } from './support';

const RULE = 'JobRoleOwnData';
const job = (...resources: string[]) => findings(RULE, role('sagemaker.amazonaws.com', resources));

test('folders of one model comply', () => {
  expect(job('arn:aws:s3:::artifacts/employment/runs/*', 'arn:aws:s3:::artifacts/employment/code/*')).toEqual([]);
});

test('a whole bucket, everything, or an open folder does not', () => {
  expect(job('arn:aws:s3:::artifacts/*')).toEqual([`${RULE}[Resource::arn:aws:s3:::artifacts/*]`]);
  expect(job('*')).toEqual([`${RULE}[Resource::*]`]);
  expect(job('arn:aws:s3:::artifacts/employ*/runs/*')).toHaveLength(1);
});

test('folders of two models do not', () => {
  expect(job('arn:aws:s3:::artifacts/employment/runs/*', 'arn:aws:s3:::artifacts/credit/runs/*')).toHaveLength(2);
});

test('roles of other services, and permissions on no objects, are not its matter', () => {
  expect(findings(RULE, role('lambda.amazonaws.com', ['arn:aws:s3:::artifacts/*']))).toEqual([]);
  expect(findings(RULE, role('sagemaker.amazonaws.com', ['arn:aws:s3:::artifacts'], ['s3:ListBucket']))).toEqual([]);
});
