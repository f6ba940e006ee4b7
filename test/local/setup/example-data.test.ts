import { createHash } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import { EXAMPLE_DATA, extract } from '../../../local/setup/example-data';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const wheel = zipSync({ 'nannyml/datasets/data/a.pq': strToU8('data'), 'nannyml/base.py': strToU8('code') });

describe('the files of a wheel', () => {
  test('are taken by name when their digest is the reviewed one', () => {
    expect(Object.keys(extract(wheel, { 'a.pq': digest('data') }))).toEqual(['a.pq']);
  });

  test('are refused with both digests when one differs', () => {
    expect(() => extract(wheel, { 'a.pq': digest('other') })).toThrow(`a.pq of nannyml==0.13.1 has sha256 ${digest('data')}, but ${digest('other')} was reviewed`);
  });

  test('are refused by name when one is missing', () => {
    expect(() => extract(wheel, { 'b.pq': digest('data') })).toThrow('has no file nannyml/datasets/data/b.pq');
  });
});

test('every file of the examples has a full digest', () => {
  const digests = Object.values(EXAMPLE_DATA).flatMap((files) => Object.values<string>(files));
  expect(digests).toHaveLength(5);
  expect(digests.every((sha256) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
});
