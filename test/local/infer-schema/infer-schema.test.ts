import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectFacts } from '../../../lambda/data-check/collect';
import { measureSnapshot } from '../../../lambda/data-check/measure';
import { judge } from '../../../lambda/gate/judge';
import type { ModelDeclaration } from '../../../lambda/shared/contract';
import { dataCriteria } from '../../../lib/gates/criteria';
import { dataSchemaSchema } from '../../../lib/config/data-schema';
import { inferSchema, type InferenceOptions } from '../../../local/infer-schema';
import { PROJECT, withFiles } from '../../lambda/support';

const folder = mkdtempSync(join(tmpdir(), 'infer-'));
let files = 0;
const infer = async (content: string, options: Partial<InferenceOptions> & { readonly target: string }) => {
  files += 1;
  const file = join(folder, `data-${files}.csv`);
  writeFileSync(file, content);
  return inferSchema({ file, ...options });
};

/** Customers of a shop: texts, codes, numbers, gaps, a date, an id, a constant, a free text and a feature that was made from the target. */
const HEADER = 'customer_id,churned,signup,plan_code,zip,age,spent,visits,newsletter,country,comment,refund_after_churn,last_seen,region';
const noise = (row: number, step: number): number => (row * step) % 997;
const ROWS = Array.from({ length: 400 }, (_, row) => {
  const churned = noise(row, 7919) % 4 === 0;
  return [
    row + 1, churned ? 'Yes' : 'No', `2025-0${1 + (row % 9)}-1${row % 10}`, 1 + (row % 3), `0213${row % 10}`, 18 + (noise(row, 31) % 70), (noise(row, 613) / 7).toFixed(2), row % 10 === 0 ? '' : noise(row, 17),
    row % 2 === 0 ? 'true' : 'false', 'US', `comment number ${row}`, churned ? 'yes' : 'no', row % 5 === 0 ? 'NA' : row, ['north', 'south', 'west'][row % 3],
  ].join(',');
});
const CUSTOMERS = `${HEADER}\n${ROWS.join('\n')}\n`;

describe('A schema that is inferred from data', () => {
  test('tells types, categories, bounds, gaps, the order, the id and the problem', async () => {
    const found = await infer(CUSTOMERS, { target: 'churned' });
    expect(found).toMatchObject({ rows: 400, problemType: 'binaryClassification', positiveLabel: 'Yes', recordIdIsMissing: false });
    expect(found.schema).toMatchObject({
      recordId: { name: 'customer_id', type: 'integer' }, target: { name: 'churned', type: 'string', domain: ['No', 'Yes'] }, order: { name: 'signup', type: 'date' },
    });
    expect(found.schema.features).toEqual([
      { name: 'plan_code', type: 'integer', domain: [1, 2, 3] },
      { name: 'zip', type: 'string', domain: Array.from({ length: 10 }, (_, digit) => `0213${digit}`) },
      { name: 'age', type: 'integer', minimum: 0, maximum: 130, sensitive: true },
      { name: 'spent', type: 'number', minimum: 0, maximum: 220 },
      { name: 'visits', type: 'integer', minimum: 0, maximum: 1500, nullable: true },
      { name: 'newsletter', type: 'boolean' },
      { name: 'region', type: 'string', domain: ['north', 'south', 'west'] },
    ]);
  });

  test('leaves out what no model should learn from, each with its reason', async () => {
    const { leftOut } = await infer(CUSTOMERS, { target: 'churned' });
    expect(Object.fromEntries(leftOut.map(({ name, reason }) => [name, reason]))).toEqual({
      country: 'has the same value in every row that has one',
      comment: 'is an id or a free text: every value is different',
      last_seen: 'holds numbers, and in 80 rows (20 %) a word for missing such as NA; leave these cells empty',
      refund_after_churn: 'tells the target by itself (1 of 1): it was made from it, or after it',
    });
  });

  test('is one that the blueprint accepts, and the data meet what is proposed for them', async () => {
    const { schema, data, problemType, positiveLabel } = await infer(CUSTOMERS, { target: 'churned' });
    expect(dataSchemaSchema.safeParse(schema).success).toBe(true);
    const declaration = { ...PROJECT.declaration, problemType, positiveLabel, data } as ModelDeclaration;
    const project = { ...PROJECT, schema, declaration };
    const now = new Date();
    const measurements = await withFiles({ 'a.csv': CUSTOMERS }, async (database, found) =>
      measureSnapshot(await collectFacts(database, found, project, now), project, { newestModifiedAt: now.toISOString(), now }));
    const subject = { type: 'dataSnapshot', name: 's', digest: '0' } as const;
    const verdict = judge(
      { gate: 'data', mode: 'QUALITATIVE', runId: 'r', subject, policyDigest: '', startedAt: '', criteria: dataCriteria(project), checks: [] },
      [{ check: 'data', evidence: { version: '1', check: 'data', subject, startedAt: '', endedAt: '', measurements }, uri: 'u', sha256: 's' }], 'prod', '',
    );
    expect(verdict.criteria.filter(({ outcome }) => !['passed', 'notApplicable'].includes(outcome))).toEqual([]);
  });

  test('says what a person should look at', async () => {
    const { notes } = await infer(CUSTOMERS, { target: 'churned' });
    expect(notes).toEqual([
      'signup orders the rows in time and is no feature',
      'whole numbers that are taken for codes, not for amounts: plan_code; take the domain away where they are amounts',
      'sensitive by their name: age; take them out of features, or keep them in data.sensitiveFeatures on purpose',
    ]);
  });

  test('gives way to what people know', async () => {
    const overrides = { plan_code: { domain: [1, 2, 3, 4], description: 'the codebook knows a fourth' }, age: { maximum: 120, sensitive: false }, comment: { type: 'string', domain: ['a'] } } as const;
    const { schema } = await infer(CUSTOMERS, { target: 'churned', overrides });
    const named = new Map(schema.features.map((column) => [column.name, column]));
    expect(named.get('plan_code')).toMatchObject({ domain: [1, 2, 3, 4], description: 'the codebook knows a fourth' });
    expect(named.get('age')).toEqual({ name: 'age', type: 'integer', minimum: 0, maximum: 120, sensitive: false });
    expect(named.get('comment')).toMatchObject({ domain: ['a'] });
  });
});

describe('The target', () => {
  const table = (target: (row: number) => string | number, more = ''): string =>
    `id,y,x,z\n${Array.from({ length: 300 }, (_, row) => `${row},${target(row)},${noise(row, 31)},${noise(row, 77)}`).join('\n')}\n${more}`;

  test.each<[string, (row: number) => string | number, object]>([
    ['many different numbers', (row) => noise(row, 13) / 8, { problemType: 'regression', schema: { target: { name: 'y', type: 'number' } } }],
    ['many different whole numbers', (row) => noise(row, 13), { problemType: 'regression', schema: { target: { name: 'y', type: 'integer' } } }],
    ['a few whole numbers', (row) => noise(row, 13) % 4, { problemType: 'multiclassClassification', schema: { target: { domain: [0, 1, 2, 3] } } }],
    ['three texts', (row) => ['a', 'b', 'c'][noise(row, 13) % 3] ?? '', { problemType: 'multiclassClassification', schema: { target: { domain: ['a', 'b', 'c'] } } }],
    ['truth values', (row) => String(noise(row, 13) % 3 === 0), { problemType: 'binaryClassification', positiveLabel: true }],
    ['0 and 1', (row) => noise(row, 13) % 2, { problemType: 'binaryClassification', positiveLabel: 1 }],
    ['two other texts: the rarer one counts', (row) => (noise(row, 13) % 5 === 0 ? 'bad' : 'good'), { problemType: 'binaryClassification', positiveLabel: 'bad' }],
  ])('of %s', async (_, target, expected) => {
    expect(await infer(table(target), { target: 'y' })).toMatchObject(expected);
  });

  test.each<[string, string, string]>([
    ['is not there', table((row) => row % 2), '--target must be a column of'],
    ['has gaps', table((row) => row % 2, '300,,1,1\n'), 'the target y is missing in 1 row of 301'],
    ['is constant', table(() => 1), 'the target y has the same value in every row'],
    ['is a date', table((row) => `2025-01-${10 + (row % 20)}`), 'the target y is a date'],
    ['has too many classes', table((row) => `class ${row}`), 'a target has at most 100 classes'],
  ])('that %s is refused', async (_, content, reason) => {
    await expect(infer(content, { target: reason.startsWith('--target') ? 'nothing' : 'y' })).rejects.toThrow(reason);
  });
});

test('Data without an id or a time say so', async () => {
  const content = `y,x\n${Array.from({ length: 200 }, (_, row) => `${noise(row, 13) % 2},${noise(row, 31)}`).join('\n')}\n`;
  const { recordIdIsMissing, schema, notes } = await infer(content, { target: 'y' });
  expect([recordIdIsMissing, schema.recordId.name, schema.order]).toEqual([true, 'record_id', undefined]);
  expect(notes.join()).toContain('no column is an id: record_id numbers the rows');
});

test.each([
  ['an empty file', '', 'it is empty'],
  ['a header alone', 'a,y\n', 'has no rows'],
  ['no feature', `id,y\n${Array.from({ length: 120 }, (_, row) => `${row},${row % 2}`).join('\n')}\n`, 'no column of'],
  ['features that all know the target', `id,y,x\n${Array.from({ length: 120 }, (_, row) => `${row},${row % 2},${row % 2}`).join('\n')}\n`, 'every feature tells the target by itself: x'],
])('%s is refused with its reason', async (_, content, reason) => {
  await expect(infer(content, { target: 'y' })).rejects.toThrow(reason);
});
