import { objectKey } from '../../../local/firehose/prefix';

const time = new Date('2026-03-04T05:06:07Z');

test('a plain prefix is followed by the hour of arrival', () => {
  expect(objectKey('employment/inference/', 'stream', time)).toMatch(/^employment\/inference\/2026\/03\/04\/05\/stream-1-2026-03-04-05-06-07-[0-9a-f-]{36}$/);
});

test('an expression of its own takes the place of the hour', () => {
  expect(objectKey('log/!{timestamp:yyyy-MM}/day=!{timestamp:dd}/', 'stream', time)).toMatch(/^log\/2026-03\/day=04\/stream-1-/);
});

test('an expression that is not known is named', () => {
  expect(() => objectKey('log/!{partitionKeyFromQuery:id}/', 'stream', time)).toThrow('!{partitionKeyFromQuery:id}');
});
