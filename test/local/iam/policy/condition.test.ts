import { evaluate } from '../../../../local/iam/policy/evaluate';
import { allow, policies, policy, request } from './support';

type Values = Readonly<Record<string, string | boolean | number | readonly string[] | undefined>>;

const holds = (Condition: object, context: Values): boolean => evaluate(request({ context }), policies({ identity: [allow({ Condition })] })).allowed;

const prefix = (value?: string): Values => ({ 's3:prefix': value });
const arn = (value?: string): Values => ({ 'aws:PrincipalArn': value });
const aliases = (...values: string[]): Values => ({ 'kms:ResourceAliases': values });
const ip = (value?: string): Values => ({ 'aws:SourceIp': value });
const size = (value?: string): Values => ({ 's3:max-keys': value });
const now = (value?: string): Values => ({ 'aws:CurrentTime': value });
const secure = (value?: boolean): Values => ({ 'aws:SecureTransport': value });

const JOB = 'arn:aws:iam::111111111111:role/mlops-prod-job';

test.each<readonly [string, object, Values, boolean]>([
  ['StringEquals: same text', { StringEquals: { 's3:prefix': 'a/' } }, prefix('a/'), true],
  ['StringEquals: other text', { StringEquals: { 's3:prefix': 'a/' } }, prefix('b/'), false],
  ['StringEquals: case counts', { StringEquals: { 's3:prefix': 'a/' } }, prefix('A/'), false],
  ['StringEquals: a star is a star', { StringEquals: { 's3:prefix': 'a*' } }, prefix('ab'), false],
  ['StringEquals: one of several', { StringEquals: { 's3:prefix': ['a/', 'b/'] } }, prefix('b/'), true],
  ['StringEquals: key not there', { StringEquals: { 's3:prefix': 'a/' } }, {}, false],
  ['StringEqualsIfExists: key not there', { StringEqualsIfExists: { 's3:prefix': 'a/' } }, {}, true],
  ['StringEqualsIfExists: key there and other', { StringEqualsIfExists: { 's3:prefix': 'a/' } }, prefix('b/'), false],
  ['the key is read without regard to case', { StringEquals: { 'S3:Prefix': 'a/' } }, prefix('a/'), true],
  ['StringNotEquals: other text', { StringNotEquals: { 's3:prefix': 'a/' } }, prefix('b/'), true],
  ['StringNotEquals: none of several', { StringNotEquals: { 's3:prefix': ['a/', 'b/'] } }, prefix('b/'), false],
  ['StringNotEquals: key not there', { StringNotEquals: { 's3:prefix': 'a/' } }, {}, true],
  ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { 's3:prefix': 'Data/' } }, prefix('dATA/'), true],
  ['StringNotEqualsIgnoreCase', { StringNotEqualsIgnoreCase: { 's3:prefix': 'Data/' } }, prefix('dATA/'), false],
  ['StringLike: star', { StringLike: { 's3:prefix': 'employment/*' } }, prefix('employment/training/'), true],
  ['StringLike: star for nothing', { StringLike: { 's3:prefix': 'employment/*' } }, prefix('employment/'), true],
  ['StringLike: question mark is one character', { StringLike: { 's3:prefix': 'a?c' } }, prefix('ac'), false],
  ['StringLike: other characters are themselves', { StringLike: { 's3:prefix': 'a.c' } }, prefix('abc'), false],
  ['StringNotLike', { StringNotLike: { 's3:prefix': 'employment/*' } }, prefix('employment/x'), false],
  ['StringNotLike: key not there', { StringNotLike: { 's3:prefix': 'employment/*' } }, {}, true],
  ['ArnLike: star in the resource', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/mlops-*' } }, arn(JOB), true],
  ['ArnLike: star does not reach beyond its part', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/mlops-prod-job' } }, arn(JOB), false],
  ['ArnLike: no ARN at all', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/*' } }, arn('job'), false],
  ['ArnEquals works like ArnLike', { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/mlops-*' } }, arn(JOB), true],
  ['ArnNotLike', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/mlops-*' } }, arn(JOB), false],
  ['ArnNotEquals: key not there', { ArnNotEquals: { 'aws:PrincipalArn': JOB } }, {}, true],
  ['Bool', { Bool: { 'aws:SecureTransport': 'false' } }, secure(true), false],
  ['Bool: written as a boolean', { Bool: { 'aws:SecureTransport': true } }, secure(true), true],
  ['Bool: key not there', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }, {}, false],
  ['BoolIfExists: key not there', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }, {}, true],
  ['Null true: key not there', { Null: { 'sts:ExternalId': 'true' } }, {}, true],
  ['Null true: key there', { Null: { 'sts:ExternalId': 'true' } }, { 'sts:ExternalId': 'x' }, false],
  ['Null false: key there', { Null: { 'sts:ExternalId': 'false' } }, { 'sts:ExternalId': 'x' }, true],
  ['Null false: key not there', { Null: { 'sts:ExternalId': false } }, {}, false],
  ['NumericLessThan', { NumericLessThan: { 's3:max-keys': '10' } }, size('9'), true],
  ['NumericLessThan: equal', { NumericLessThan: { 's3:max-keys': 10 } }, size('10'), false],
  ['NumericLessThanEquals', { NumericLessThanEquals: { 's3:max-keys': '10' } }, size('10'), true],
  ['NumericGreaterThan', { NumericGreaterThan: { 's3:max-keys': '10' } }, size('10.5'), true],
  ['NumericGreaterThanEquals', { NumericGreaterThanEquals: { 's3:max-keys': '10' } }, size('10'), true],
  ['NumericEquals', { NumericEquals: { 's3:max-keys': '10' } }, size('10.0'), true],
  ['NumericNotEquals', { NumericNotEquals: { 's3:max-keys': '10' } }, size('10'), false],
  ['NumericNotEquals: key not there', { NumericNotEquals: { 's3:max-keys': '10' } }, {}, true],
  ['Numeric: no number given', { NumericLessThan: { 's3:max-keys': '10' } }, size('many'), false],
  ['DateLessThan', { DateLessThan: { 'aws:CurrentTime': '2026-06-30T00:00:00Z' } }, now('2026-06-29T23:59:59Z'), true],
  ['DateGreaterThan', { DateGreaterThan: { 'aws:CurrentTime': '2026-06-30T00:00:00Z' } }, now('2026-06-29T23:59:59Z'), false],
  ['DateGreaterThanEquals', { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-06-30' } }, now('2026-06-30T00:00:00Z'), true],
  ['DateLessThanEquals: epoch seconds', { DateLessThanEquals: { 'aws:EpochTime': '1782777600' } }, { 'aws:EpochTime': '1782777600' }, true],
  ['DateEquals', { DateEquals: { 'aws:CurrentTime': '2026-06-30T00:00:00Z' } }, now('2026-06-30T00:00:00+00:00'), true],
  ['DateNotEquals', { DateNotEquals: { 'aws:CurrentTime': '2026-06-30T00:00:00Z' } }, now('2026-06-30T00:00:00Z'), false],
  ['IpAddress: within', { IpAddress: { 'aws:SourceIp': '10.1.0.0/16' } }, ip('10.1.2.3'), true],
  ['IpAddress: outside', { IpAddress: { 'aws:SourceIp': '10.1.0.0/16' } }, ip('10.2.2.3'), false],
  ['IpAddress: one address', { IpAddress: { 'aws:SourceIp': '10.1.2.3' } }, ip('10.1.2.3'), true],
  ['IpAddress: version 6', { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } }, ip('2001:db8::1'), true],
  ['NotIpAddress', { NotIpAddress: { 'aws:SourceIp': ['10.1.0.0/16', '10.2.0.0/16'] } }, ip('10.2.0.1'), false],
  ['ForAnyValue: one fits', { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } }, aliases('alias/b', 'alias/a'), true],
  ['ForAnyValue: none fits', { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } }, aliases('alias/b'), false],
  ['ForAnyValue: empty', { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } }, aliases(), false],
  ['ForAnyValue: key not there', { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } }, {}, false],
  ['ForAnyValue with not: one is another', { 'ForAnyValue:StringNotEquals': { 'kms:ResourceAliases': 'alias/a' } }, aliases('alias/a', 'alias/b'), true],
  ['ForAllValues: all fit', { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*', 'b'] } }, { 'aws:TagKeys': ['a1', 'b'] }, true],
  ['ForAllValues: one does not', { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*', 'b'] } }, { 'aws:TagKeys': ['a1', 'c'] }, false],
  ['ForAllValues: of nothing', { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, {}, true],
  ['ForAllValues takes a single value too', { 'ForAllValues:StringEquals': { 's3:prefix': ['a/', 'b/'] } }, prefix('a/'), true],
  ['several keys: all must hold', { StringEquals: { 's3:prefix': 'a/', 's3:delimiter': '/' } }, prefix('a/'), false],
  ['several operators: all must hold', { StringEquals: { 's3:prefix': 'a/' }, Bool: { 'aws:SecureTransport': 'true' } }, { ...prefix('a/'), ...secure(true) }, true],
])('%s', (_sentence, condition, context, expected) => {
  expect(holds(condition, context)).toBe(expected);
});

describe('what is not known fails by name and never holds', () => {
  test.each<readonly [string, object, RegExp]>([
    ['an operator', { StringMatches: { 's3:prefix': 'a' } }, /condition operator StringMatches is not known/],
    ['an operator with a set prefix', { 'ForSomeValues:StringEquals': { 's3:prefix': 'a' } }, /condition operator ForSomeValues:StringEquals is not known/],
    ['a number that is none', { NumericEquals: { 's3:max-keys': 'ten' } }, /NumericEquals can't compare with "ten"/],
    ['an address that is none', { IpAddress: { 'aws:SourceIp': '10.1.0.0/33' } }, /IpAddress can't compare/],
    ['a boolean that is none', { Bool: { 'aws:SecureTransport': 'yes' } }, /Bool can't compare with "yes"/],
    ['a Null that is neither', { Null: { 'sts:ExternalId': 'maybe' } }, /Null on sts:externalid takes true or false/],
    ['a value that is an object', { StringEquals: { 's3:prefix': { Ref: 'x' } } }, /compares with \{"Ref":"x"\}/],
  ])('%s, when the policy is read', (_what, Condition, message) => {
    expect(() => policy('identity', allow({ Condition }))).toThrow(message);
  });

  test.each<readonly [string, object, Values, RegExp]>([
    ['a condition key', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }, {}, /condition key aws:PrincipalOrgID is not known/],
    ['a condition key under Null', { Null: { 'sagemaker:Unheard': 'true' } }, {}, /condition key sagemaker:Unheard is not known/],
    ['a policy variable', { StringEquals: { 's3:prefix': '${aws:FederatedProvider}/' } }, prefix('x/'), /policy variable \$\{aws:federatedprovider\} is not known/],
    ['several values under a plain operator', { StringEquals: { 'kms:ResourceAliases': 'alias/a' } }, aliases('alias/a'), /use ForAnyValue:StringEquals/],
  ])('%s, when a request asks for it', (_what, condition, context, message) => {
    expect(() => holds(condition, context)).toThrow(message);
  });

  test('a statement about another action is not looked at', () => {
    const identity = [allow(), allow({ Action: 's3:PutObject', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } })];
    expect(evaluate(request(), policies({ identity })).allowed).toBe(true);
  });
});
