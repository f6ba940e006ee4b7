import { page, type Listed } from '../../../local/sagemaker/core/listing';
import { relativeName, parseS3Uri } from '../../../local/sagemaker/core/transfer';

const items: Listed[] = Array.from({ length: 12 }, (_, index) => ({ name: `job-${String(index).padStart(2, '0')}`, creationTime: new Date(index * 1000), status: index % 2 === 0 ? 'Failed' : 'Completed' }));
const names = (found: { readonly items: readonly Listed[] }): string[] => found.items.map(({ name }) => name);

describe('a list', () => {
  test('shows the newest ten first, and the rest by token', () => {
    const first = page(items, {});
    expect(names(first)).toHaveLength(10);
    expect(names(first)[0]).toBe('job-11');
    expect(names(page(items, { NextToken: first.NextToken }))).toEqual(['job-01', 'job-00']);
    expect(page(items, { NextToken: first.NextToken }).NextToken).toBeUndefined();
  });

  test('is filtered by name, status and time', () => {
    expect(names(page(items, { NameContains: '1', StatusEquals: 'Failed', SortOrder: 'Ascending' }))).toEqual(['job-10']);
    expect(names(page(items, { CreationTimeAfter: new Date(9000) }))).toEqual(['job-11', 'job-10']);
  });

  test.each([[{ MaxResults: 101 }, 'between 1 and 100'], [{ NextToken: 'bogus' }, 'was not given out']])('with %j is refused', (input, message) => {
    expect(() => page(items, input)).toThrow(message);
  });
});

describe('objects of a prefix', () => {
  test.each([
    ['data/', 'data/a/b.csv', 'a/b.csv'],
    ['data', 'data/a.csv', 'a.csv'],
    ['data/a.csv', 'data/a.csv', 'a.csv'],
    ['', 'a.csv', 'a.csv'],
    ['da', 'data/a.csv', 'data/a.csv'],
    ['data/', 'data/', undefined],
    ['data/', 'data/folder/', undefined],
  ])('below %j the object %j lands at %j', (prefix, key, name) => {
    expect(relativeName(prefix, key)).toBe(name);
  });

  test('an S3 URI is split into bucket and key', () => {
    expect(parseS3Uri('s3://b/k/x')).toEqual({ bucket: 'b', key: 'k/x' });
    expect(parseS3Uri('s3://b')).toEqual({ bucket: 'b', key: '' });
    expect(() => parseS3Uri('/tmp/x')).toThrow('"/tmp/x" is no S3 URI');
  });
});
