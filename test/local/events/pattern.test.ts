import { matchesPattern, patternFaults } from '../../../local/events/pattern';

const event = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  resources: ['arn:aws:s3:::data'],
  detail: { bucket: { name: 'data' }, object: { key: 'employment/training/2015/_SUCCESS', size: 10 }, empty: null },
};

describe('an event matches', () => {
  test.each([
    ['an exact value', { source: ['aws.s3'] }],
    ['any value of a list', { source: ['aws.ec2', 'aws.s3'] }],
    ['an element of an array', { resources: ['arn:aws:s3:::data'] }],
    ['nested fields', { detail: { bucket: { name: ['data'] } } }],
    ['a prefix', { detail: { object: { key: [{ prefix: 'employment/' }] } } }],
    ['a suffix', { detail: { object: { key: [{ suffix: '_SUCCESS' }] } } }],
    ['a wildcard in the middle', { detail: { object: { key: [{ wildcard: 'employment/training/*/_SUCCESS' }] } } }],
    ['a numeric range', { detail: { object: { size: [{ numeric: ['>', 0, '<=', 10] }] } } }],
    ['anything but other values', { source: [{ 'anything-but': ['aws.ec2'] }] }],
    ['anything but a prefix', { source: [{ 'anything-but': { prefix: 'aws.e' } }] }],
    ['a field that exists', { detail: { object: [{ exists: true }] } }],
    ['a field that is absent', { detail: { reason: [{ exists: false }] } }],
    ['one side of $or', { $or: [{ source: ['x'] }, { source: ['aws.s3'] }] }],
    ['null', { detail: { empty: [null] } }],
    ['text in another case', { source: [{ 'equals-ignore-case': 'AWS.S3' }] }],
  ])('%s', (_name, pattern) => {
    expect(matchesPattern(pattern, event)).toBe(true);
  });
});

describe('an event does not match', () => {
  test.each([
    ['another value', { source: ['aws.ec2'] }],
    ['a missing field', { detail: { other: ['x'] } }],
    ['one of two fields', { source: ['aws.s3'], 'detail-type': ['Object Deleted'] }],
    ['a wildcard that ends elsewhere', { detail: { object: { key: [{ wildcard: 'employment/labels/*' }] } } }],
    ['a dot taken for any character', { source: [{ wildcard: 'awsxs3' }] }],
    ['a number outside of the range', { detail: { object: { size: [{ numeric: ['>', 10] }] } } }],
    ['the excluded value', { source: [{ 'anything-but': 'aws.s3' }] }],
  ])('%s', (_name, pattern) => {
    expect(matchesPattern(pattern, event)).toBe(false);
  });
});

test('a filter that can not be evaluated is named, never ignored', () => {
  expect(patternFaults({ detail: { ip: [{ cidr: '10.0.0.0/8' }] } })).toEqual([
    'EventPattern.detail.ip[0]: the filter "cidr" is not supported by the local AWS',
  ]);
});

test('an empty pattern is refused, since it would match every event', () => {
  expect(patternFaults({})).toEqual(['EventPattern must be a non-empty object']);
});
