import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient, CreateWorkGroupCommand, GetQueryExecutionCommand, GetQueryResultsCommand, StartQueryExecutionCommand, StopQueryExecutionCommand, type QueryExecution,
} from '@aws-sdk/client-athena';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { createClient } from '../../local/core/client';
import { rootCredentials } from '../../local/core/keys';
import type { Credentials } from '../../local/core/service';
import { startDaemon, type Daemon } from '../../local/daemon/start';
import { ensurePython } from '../../local/setup';
import { Database, literal } from '../../lambda/shared/tables/duckdb';

const ACCOUNT = '333333333333';
const REGION = 'eu-central-1';
const GROUP = 'prod-shop';
const BUCKET = 'shop-data';

let daemon: Daemon;
let folder: string;

const client = <C>(Client: Parameters<typeof createClient<C>>[0], credentials: Credentials = rootCredentials(ACCOUNT)): C =>
  createClient(Client, { endpoint: daemon.endpoint, region: REGION }, credentials);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'athena-'));
  const { python } = await ensurePython({ log: () => undefined });
  daemon = await startDaemon({ folder, region: REGION, timeScale: 600, python, port: 0 });
  const s3 = client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  await Database.use(async (database) => {
    const write = async (name: string, select: string): Promise<void> => {
      const path = join(database.folder, name.replaceAll('/', '-'));
      await database.run(`COPY (${select}) TO ${literal(path)} (FORMAT parquet)`);
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: name.includes('/') ? name : `orders/${name}`, Body: readFileSync(path) }));
    };
    await write('1.parquet', `SELECT CAST(i AS INTEGER) AS "Id", 'it''s "' || i AS text, CAST(1e7 * i AS DOUBLE) AS price, i > 1 AS large, DATE '2026-01-31' AS day, CAST('2026-01-31 10:00:00' AS TIMESTAMP) AS at FROM range(3) r(i)`);
    await write('2.parquet', `SELECT CAST(7 AS BIGINT) AS "Id", '' AS text, CAST(NULL AS DOUBLE) AS price, NULL::BOOLEAN AS large`);
    await write('_hidden.parquet', 'SELECT 1 AS other');
    // Beyond the least limit that a workgroup may have, 10 MB.
    await write('numbers/1.parquet', 'SELECT random() AS number FROM range(1600000)');
  });
  const glue = client(GlueClient);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'shop' } }));
  const columns = { id: 'bigint', text: 'string', price: 'double', large: 'boolean', day: 'date', at: 'timestamp' };
  await table('orders', columns);
  await table('wrong', { id: 'double' });
  await table('numbers', { number: 'double' }, 'numbers');
  await client(AthenaClient).send(new CreateWorkGroupCommand({
    Name: GROUP,
    Configuration: { EnforceWorkGroupConfiguration: true, ResultConfiguration: { OutputLocation: `s3://${BUCKET}/results/` } },
  }));
  await client(AthenaClient).send(new CreateWorkGroupCommand({ Name: 'frugal', Configuration: { BytesScannedCutoffPerQuery: 10_000_000, ResultConfiguration: { OutputLocation: `s3://${BUCKET}/results/` } } }));
}, 120_000);

afterAll(async () => {
  await daemon?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function table(name: string, columns: Readonly<Record<string, string>>, folderName = 'orders'): Promise<void> {
  await client(GlueClient).send(new CreateTableCommand({
    DatabaseName: 'shop',
    TableInput: {
      Name: name, TableType: 'EXTERNAL_TABLE',
      StorageDescriptor: {
        Columns: Object.entries(columns).map(([Name, Type]) => ({ Name, Type })), Location: `s3://${BUCKET}/${folderName}/`,
        InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat', OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
        SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
      },
    },
  }));
}

async function run(QueryString: string, athena: AthenaClient = client(AthenaClient), WorkGroup = GROUP): Promise<QueryExecution> {
  const { QueryExecutionId } = await athena.send(new StartQueryExecutionCommand({ QueryString, WorkGroup }));
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    if (QueryExecution?.Status?.State !== 'QUEUED' && QueryExecution?.Status?.State !== 'RUNNING') {
      return QueryExecution ?? {};
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const rowsOf = async (execution: QueryExecution): Promise<(string | undefined)[][]> => {
  const { ResultSet } = await client(AthenaClient).send(new GetQueryResultsCommand({ QueryExecutionId: execution.QueryExecutionId }));
  return (ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue));
};

describe('The local Athena', () => {
  test('answers a query with the rows of every file, as Athena writes values', async () => {
    const execution = await run('SELECT id, text, price, large, day, at FROM "shop"."orders" ORDER BY id');
    expect(execution.Status).toMatchObject({ State: 'SUCCEEDED' });
    expect(await rowsOf(execution)).toEqual([
      ['id', 'text', 'price', 'large', 'day', 'at'],
      ['0', 'it\'s "0', '0.0', 'false', '2026-01-31', '2026-01-31 10:00:00.000'],
      ['1', 'it\'s "1', '1.0E7', 'false', '2026-01-31', '2026-01-31 10:00:00.000'],
      ['2', 'it\'s "2', '2.0E7', 'true', '2026-01-31', '2026-01-31 10:00:00.000'],
      ['7', '', undefined, undefined, undefined, undefined],
    ]);
    expect(execution.ResultConfiguration?.OutputLocation).toBe(`s3://${BUCKET}/results/${execution.QueryExecutionId}.csv`);
    const { Body } = await client(S3Client).send(new GetObjectCommand({ Bucket: BUCKET, Key: `results/${execution.QueryExecutionId}.csv` }));
    const lines = (await Body?.transformToString())?.split('\n') ?? [];
    expect(lines.slice(0, 2)).toEqual(['"id","text","price","large","day","at"', '"0","it\'s ""0","0.0","false","2026-01-31","2026-01-31 10:00:00.000"']);
    expect(lines[4]).toBe('"7","",,,,');
  });

  test('starts a query once for each token', async () => {
    const athena = client(AthenaClient);
    const start = async (QueryString: string) => athena.send(new StartQueryExecutionCommand({ QueryString, WorkGroup: GROUP, ClientRequestToken: 'a-token-of-at-least-32-characters' }));
    const [first, second] = [await start('SELECT 1'), await start('SELECT 1')];
    expect(second.QueryExecutionId).toBe(first.QueryExecutionId);
    await expect(start('SELECT 2')).rejects.toThrow('Idempotent parameters do not match');
  });

  test.each([
    ['a column that is not there', 'SELECT nothing FROM shop.orders', 'FAILED', 'nothing'],
    ['a table that is not there', 'SELECT * FROM shop.nowhere', 'FAILED', 'TABLE_NOT_FOUND'],
    ['a type that the files do not have', 'SELECT id FROM shop.wrong', 'FAILED', "HIVE_BAD_DATA: Field id's type INTEGER"],
  ])('lets a query of %s fail with the reason', async (_what, sql, State, reason) => {
    const execution = await run(sql);
    expect(execution.Status).toMatchObject({ State, AthenaError: { ErrorCategory: 2, Retryable: false } });
    expect(execution.Status?.StateChangeReason).toContain(reason);
  });

  test.each([
    ['no SQL', 'SELEC 1', 'InvalidRequestException'],
    ['another dialect', 'SELECT id::VARCHAR FROM shop.orders', 'InvalidRequestException'],
    ['a function that Trino does not have', 'SELECT epoch(at) FROM shop.orders', 'epoch'],
    ['a statement that is not executed here', 'CREATE TABLE shop.x AS SELECT 1 AS y', 'CREATE'],
    ['a workgroup that is not there', 'SELECT 1', 'WorkGroup none is not found'],
  ])('refuses %s by name', async (what, sql, told) => {
    const refused = client(AthenaClient).send(new StartQueryExecutionCommand({ QueryString: sql, WorkGroup: what.startsWith('a workgroup') ? 'none' : GROUP }));
    const error = await refused.then(() => new Error('was accepted'), (reason: Error) => reason);
    expect(`${error.name} ${error.message}`).toContain(told);
  });

  test('cancels a query that reads more than its workgroup allows', async () => {
    const sql = 'SELECT max(number) AS most FROM shop.numbers';
    expect((await run(sql, client(AthenaClient), 'frugal')).Status).toMatchObject({ State: 'CANCELLED', StateChangeReason: 'Bytes scanned limit was exceeded' });
    expect((await run(sql)).Status).toMatchObject({ State: 'SUCCEEDED' });
  });

  test('stops a query that is asked to stop, and no query that has ended', async () => {
    const athena = client(AthenaClient);
    const ended = await run('SELECT 1');
    await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: ended.QueryExecutionId }));
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: ended.QueryExecutionId }));
    expect(QueryExecution?.Status?.State).toBe('SUCCEEDED');
  });
});

describe('A role', () => {
  const asRole = async (name: string, statements: readonly object[]): Promise<AthenaClient> => {
    const iam = client(IAMClient);
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' }] };
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'work', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }));
    const { Credentials: key } = await client(STSClient).send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'reader' }));
    return client(AthenaClient, { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '', sessionToken: key?.SessionToken });
  };
  const allow = (Action: readonly string[], Resource: readonly string[]): object => ({ Effect: 'Allow', Action, Resource });
  const arn = (service: string, resource: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
  const asking = allow(['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'], [arn('athena', `workgroup/${GROUP}`)]);
  const catalog = allow(['glue:GetDatabase', 'glue:GetTable'], [arn('glue', 'catalog'), arn('glue', 'database/shop'), arn('glue', 'table/shop/orders')]);
  const reading = allow(['s3:GetObject', 's3:ListBucket'], [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/orders/*`]);
  const writing = allow(['s3:PutObject', 's3:GetObject'], [`arn:aws:s3:::${BUCKET}/results/*`]);
  const count = 'SELECT count(*) AS n FROM shop.orders';

  test('with all that Athena needs of it gets an answer', async () => {
    const athena = await asRole('complete', [asking, catalog, reading, writing]);
    const execution = await run(count, athena);
    expect(execution.Status?.StateChangeReason).toBeUndefined();
    const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: execution.QueryExecutionId }));
    expect(ResultSet?.Rows?.[1]?.Data).toEqual([{ VarCharValue: '4' }]);
  });

  test.each([
    ['the catalog', [asking, reading, writing], 'glue:GetDatabase'],
    ['the data', [asking, catalog, writing], 's3:ListBucket'],
    ['the place of results', [asking, catalog, reading], 's3:PutObject'],
  ])('without a permission on %s makes its query fail', async (what, statements, action) => {
    const execution = await run(count, await asRole(`without-${what.replaceAll(' ', '-')}`, statements));
    expect(execution.Status).toMatchObject({ State: 'FAILED', StateChangeReason: expect.stringContaining(action) });
  });

  test('without a permission on the workgroup may not ask, nor read what others asked', async () => {
    const athena = await asRole('other-group', [allow(['athena:*'], [arn('athena', 'workgroup/other')]), catalog, reading, writing]);
    await expect(athena.send(new StartQueryExecutionCommand({ QueryString: count, WorkGroup: GROUP }))).rejects.toThrow('athena:StartQueryExecution');
    const { QueryExecutionId } = await run(count);
    await expect(athena.send(new GetQueryResultsCommand({ QueryExecutionId }))).rejects.toThrow('athena:GetQueryResults');
  });
});
