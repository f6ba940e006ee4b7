import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { csvDialect } from '../../../../lambda/shared/tables/csv';
import { Database, identifier, literal } from '../../../../lambda/shared/tables/duckdb';
import { columnsOf, loadTable } from '../../../../lambda/shared/tables/reading';
import { withFiles } from '../../support';

describe('The database', () => {
  test('reads nothing outside its scratch folder and reaches no network', async () => {
    await Database.use(async (database) => {
      await expect(database.rows(`SELECT * FROM read_csv('/etc/hostname')`)).rejects.toThrow('Permission Error');
      await expect(database.run('INSTALL httpfs')).rejects.toThrow('Permission Error');
      await expect(database.run('SET enable_external_access = true')).rejects.toThrow('Cannot');
    });
  });

  test('removes the folder, also after a failure', async () => {
    let folder = '';
    await expect(Database.use(async (database) => {
      folder = database.folder;
      await database.rows('SELECT 1 FROM nowhere');
    })).rejects.toThrow('nowhere');
    expect(folder).not.toBe('');
    expect(existsSync(folder)).toBe(false);
  });

  test('answers numbers, and exact big ones as bigint', async () => {
    await Database.use(async (database) => {
      expect(await database.row(`SELECT 2::BIGINT AS small, 9007199254740993::BIGINT AS big, [1::BIGINT] AS list, {'a': 1::BIGINT} AS struct, NULL AS nothing`))
        .toEqual({ small: 2, big: 9007199254740993n, list: [1], struct: { a: 1 }, nothing: null });
      await expect(database.row('SELECT 1 UNION ALL SELECT 2')).rejects.toThrow('expected one row, got 2');
    });
  });

  test('quotes names and texts', async () => {
    await Database.use(async (database) => {
      expect(await database.row(`SELECT ${literal("it's")} AS ${identifier('a "b"')}`)).toEqual({ 'a "b"': "it's" });
    });
  });
});

describe('A CSV header', () => {
  test.each([
    ['id,age,sex', ',', ['id', 'age', 'sex']],
    ['id;"a;b";c', ';', ['id', 'a;b', 'c']],
    ['id\tage', '\t', ['id', 'age']],
    ['"say ""hi""",x', ',', ['say "hi"', 'x']],
    ['age,AGE,age', ',', ['age', 'AGE_1', 'age_2']],
    ['alone', ',', ['alone']],
  ])('%p', (header, delimiter, columns) => {
    expect(csvDialect(header)).toEqual({ delimiter, columns });
  });

  test('may start with a byte order mark and end in CR LF', async () => {
    await withFiles({ 'a.csv': '\uFEFFid;age\r\n1;41\r\n' }, async (database, [file]) => {
      expect([...(await columnsOf(database, file!)).keys()]).toEqual(['id', 'age']);
      await loadTable(database, 'people', [file!], [{ name: 'id', type: 'BIGINT' }, { name: 'age', type: 'DOUBLE' }]);
      expect(await database.rows('FROM people')).toEqual([{ id: 1, age: 41 }]);
    });
  });
});

describe('Loading a typed table', () => {
  test('from several formats, absent optional columns as null', async () => {
    await withFiles({ 'a.csv.gz': gzipSync('id,x\n1,a\n'), 'b.jsonl': '{"id":2,"x":"b","y":3}\n' }, async (database, files) => {
      await loadTable(database, 't', files, [{ name: 'id', type: 'BIGINT' }, { name: 'x', type: 'VARCHAR' }, { name: 'y', type: 'DOUBLE', optional: true }]);
      expect(await database.rows('FROM t ORDER BY id')).toEqual([{ id: 1, x: 'a', y: null }, { id: 2, x: 'b', y: 3 }]);
    });
  });

  test('fails naming file and columns', async () => {
    await withFiles({ 'a.csv': 'id,x\n1,a\n' }, async (database, files) => {
      await expect(loadTable(database, 't', files, [{ name: 'id', type: 'BIGINT' }, { name: 'z', type: 'DOUBLE' }]))
        .rejects.toThrow('a.csv lacks the columns z; it has id, x');
      await expect(loadTable(database, 't', files, [{ name: 'x', type: 'DOUBLE' }])).rejects.toThrow('a.csv cannot be read as CSV');
    });
  });
});
