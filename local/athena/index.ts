import { randomUUID } from 'node:crypto';
import { writeFile, rm, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-athena';
import { type CallContext, type Credentials, type LocalCloud, type LocalService, type Operation, ServiceError } from '../core/service';
import { Transfer } from '../sagemaker/core/transfer';
import { QueryFailure, runQuery, ScanLimit } from './query';
import { csvOf, type ResultSet } from './results';
import { Translator, type Translation } from './translator';
import { WorkGroups, type WorkGroup } from './work-groups';

interface Execution {
  readonly id: string;
  readonly accountId: string;
  readonly sql: string;
  readonly workGroup: WorkGroup;
  readonly database?: string;
  readonly credentials: Credentials;
  readonly token?: string;
  readonly outputLocation: string;
  readonly kmsKey?: string;
  readonly submitted: Date;
  state: sdk.QueryExecutionState;
  completed?: Date;
  reason?: string;
  category?: 1 | 2;
  scannedBytes: number;
  milliseconds: number;
  result?: ResultSet;
}

/** Executions that are kept; the oldest are forgotten. */
const MOST_KEPT = 2000;
/** Queries that run side by side; others wait in their queue. */
const PARALLEL = 2;
/** Limit of Athena. */
const LONGEST_QUERY = 262_144;
const MOST_RESULTS = 1000;

const invalid = (message: string): ServiceError => new ServiceError('InvalidRequestException', message);
const isOver = ({ state }: Execution): boolean => state !== 'QUEUED' && state !== 'RUNNING';

/**
 * Athena with the queries that it executes: Trino's SQL, translated, over the Parquet files of tables in the Glue Data Catalog, read and written in the
 * name of whoever asks.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/
 */
export function createAthenaService(cloud: LocalCloud): LocalService {
  const groups = new WorkGroups(cloud.region);
  const translator = new Translator(cloud.python);
  const executions = new Map<string, Execution>();
  const queue: (() => Promise<void>)[] = [];
  let running = 0;

  /** Which workgroup a query belongs to is known here alone, so its permission is asked here. */
  const find = async (id: string | undefined, operation: string, { accountId, caller }: CallContext): Promise<Execution> => {
    const execution = executions.get(id ?? '');
    if (execution === undefined || execution.accountId !== accountId) {
      throw invalid(`QueryExecution ${id} was not found`);
    }
    await cloud.require(inNameOf(caller.accessKeyId), [{ action: `athena:${operation}`, resource: groups.arnOf(accountId, execution.workGroup.name) }]);
    return execution;
  };

  const turn = async (execution: Execution, translation: Translation): Promise<void> => {
    if (isOver(execution)) {
      return;
    }
    execution.state = 'RUNNING';
    const started = performance.now();
    try {
      const { credentials, database, workGroup } = execution;
      const cutoff = workGroup.configuration.BytesScannedCutoffPerQuery;
      const { result, scannedBytes } = await runQuery(translation, { endpoint: cloud.endpoint, region: cloud.region, credentials, database, cutoff });
      await writeResult(execution, result);
      Object.assign(execution, { result, scannedBytes });
      end(execution, 'SUCCEEDED');
    } catch (error) {
      execution.category = error instanceof QueryFailure ? error.category : 1;
      end(execution, error instanceof ScanLimit ? 'CANCELLED' : 'FAILED', error instanceof Error ? error.message : String(error));
    }
    execution.milliseconds = Math.round(performance.now() - started);
  };

  const end = (execution: Execution, state: sdk.QueryExecutionState, reason?: string): void => {
    if (!isOver(execution)) {
      Object.assign(execution, { state, reason, completed: new Date() });
      cloud.log('athena', `${execution.workGroup.name} ${execution.id} ${state} ${reason ?? ''}`);
    }
  };

  const writeResult = async ({ id, outputLocation, credentials, kmsKey }: Execution, result: ResultSet): Promise<void> => {
    const folder = join(cloud.folder, 'athena');
    const path = join(folder, `${id}.csv`);
    const transfer = new Transfer(cloud, credentials);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(path, csvOf(result));
      await transfer.uploadFile(path, outputLocation, kmsKey);
    } catch (error) {
      throw new QueryFailure(`Unable to write to the output location ${outputLocation}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      transfer.close();
      await rm(path, { force: true });
    }
  };

  const next = (): void => {
    const work = running < PARALLEL ? queue.shift() : undefined;
    if (work !== undefined) {
      running += 1;
      void work().finally(() => {
        running -= 1;
        next();
      });
    }
  };

  const start = async (input: sdk.StartQueryExecutionInput, { accountId, caller }: CallContext): Promise<sdk.StartQueryExecutionOutput> => {
    const { QueryString: sql = '', ClientRequestToken: token } = input;
    const same = token === undefined ? undefined : [...executions.values()].find((execution) => execution.accountId === accountId && execution.token === token);
    if (same !== undefined) {
      if (same.sql !== sql) {
        throw invalid('Idempotent parameters do not match');
      }
      return { QueryExecutionId: same.id };
    }
    if (sql.length > LONGEST_QUERY) {
      throw invalid(`1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_QUERY}`);
    }
    const workGroup = groups.enabled(accountId, input.WorkGroup ?? 'primary');
    const { OutputLocation: output, EncryptionConfiguration: encryption } = groups.resultConfiguration(workGroup, input.ResultConfiguration);
    if (output === undefined) {
      throw invalid('No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.');
    }
    const translation = await translator.translate(sql);
    const id = randomUUID();
    const execution: Execution = {
      id, accountId, sql, workGroup, token, database: input.QueryExecutionContext?.Database?.toLowerCase(), credentials: inNameOf(caller.accessKeyId),
      outputLocation: `${output.replace(/\/?$/, '/')}${id}.csv`, kmsKey: encryption?.KmsKey, submitted: new Date(), state: 'QUEUED', scannedBytes: 0, milliseconds: 0,
    };
    executions.set(id, execution);
    const [oldest] = executions.keys();
    if (executions.size > MOST_KEPT && oldest !== undefined) {
      executions.delete(oldest);
    }
    queue.push(async () => turn(execution, translation));
    next();
    return { QueryExecutionId: id };
  };

  const describe = (execution: Execution): sdk.QueryExecution => ({
    QueryExecutionId: execution.id,
    Query: execution.sql,
    StatementType: 'DML',
    WorkGroup: execution.workGroup.name,
    EngineVersion: groups.engineOf(execution.workGroup),
    QueryExecutionContext: { Database: execution.database },
    ResultConfiguration: {
      OutputLocation: execution.outputLocation,
      ...(execution.kmsKey !== undefined && { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS' as const, KmsKey: execution.kmsKey } }),
    },
    Statistics: { DataScannedInBytes: execution.scannedBytes, EngineExecutionTimeInMillis: execution.milliseconds, TotalExecutionTimeInMillis: execution.milliseconds },
    Status: {
      State: execution.state,
      StateChangeReason: execution.reason,
      SubmissionDateTime: execution.submitted,
      CompletionDateTime: execution.completed,
      ...(execution.state === 'FAILED' && { AthenaError: { ErrorCategory: execution.category, Retryable: execution.category === 1, ErrorMessage: execution.reason } }),
    },
  });

  const operations = {
    ...groups.operations,
    StartQueryExecution: start,
    GetQueryExecution: async (input: sdk.GetQueryExecutionInput, context: CallContext) =>
      ({ QueryExecution: describe(await find(input.QueryExecutionId, 'GetQueryExecution', context)) }),
    StopQueryExecution: async (input: sdk.StopQueryExecutionInput, context: CallContext) => {
      end(await find(input.QueryExecutionId, 'StopQueryExecution', context), 'CANCELLED', 'Query cancelled by user');
      return {};
    },
    GetQueryResults: async (input: sdk.GetQueryResultsInput, context: CallContext): Promise<sdk.GetQueryResultsOutput> => {
      const execution = await find(input.QueryExecutionId, 'GetQueryResults', context);
      const { result, state, outputLocation } = execution;
      if (result === undefined) {
        throw invalid(isOver(execution) ? `Query did not finish successfully. Final query state: ${state}` : `Query has not yet finished. Current state: ${state}`);
      }
      // Athena reads the result file for whoever asks.
      const transfer = new Transfer(cloud, inNameOf(context.caller.accessKeyId));
      await transfer.head(outputLocation).finally(() => transfer.close());
      return page(result, input);
    },
  } satisfies Record<string, (input: never, context: CallContext) => Promise<object | void>>;

  return { name: 'athena', protocol: 'json', sdk, operations: operations as Record<string, Operation>, stop: async () => translator.stop() };
}

/** What a service does for a caller it does as the caller; signatures are not checked here, so the key alone tells who that is. */
const inNameOf = (accessKeyId: string): Credentials => ({ accessKeyId, secretAccessKey: 'forward access session' });

/** The first row of all holds the names of the columns. */
function page({ columns, rows }: ResultSet, { NextToken, MaxResults = MOST_RESULTS }: sdk.GetQueryResultsInput): sdk.GetQueryResultsOutput {
  const all = [columns.map(({ name }) => name), ...rows];
  const from = Number(NextToken ?? 0);
  const to = from + MaxResults;
  return {
    ResultSet: {
      Rows: all.slice(from, to).map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
      ResultSetMetadata: { ColumnInfo: columns.map(({ name, type }) => ({ CatalogName: 'hive', SchemaName: '', TableName: '', Name: name, Label: name, Type: type, Nullable: 'UNKNOWN' })) },
    },
    UpdateCount: 0,
    ...(to < all.length && { NextToken: String(to) }),
  };
}
