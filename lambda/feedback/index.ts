import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { updateHistory } from '../monitor-decide/history';
import { loadWindow, readManifest } from '../shared/inference/window';
import { Events, type RetrainingRequested } from '../shared/process/contract';
import { modelProject } from '../shared/project/project';
import * as clients from '../shared/runtime/clients';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import { put, s3Uri } from '../shared/storage/s3';
import { Database, literal } from '../shared/tables/duckdb';
import { downloadFiles, downloadFolder, type TableFile } from '../shared/tables/files';
import { loadTable } from '../shared/tables/reading';
import type { FeedbackEvent, FeedbackResult } from './contract';
import { deliveryQuery } from './query';

const LABELS_TABLE = 'labels';

/** Joins the predictions of the breached windows with the labels that arrived, delivers them as training data and asks for retraining. */
export async function handler({ runId, decision, verdictUri }: FeedbackEvent): Promise<FeedbackResult> {
  const { name } = modelProject().declaration;
  const deliveryUri = s3Uri(requireEnv(Env.DATA_BUCKET), `${Layout.feedbackPrefix(name)}${runId}/`);
  const { rows, content } = await Database.use(async (database) => build(database, decision.windowUris, decision.labelsUris));
  if (rows === 0) {
    await updateHistory((history) => ({ history: { ...history, retrainingAt: undefined }, result: undefined }));
    logger.warn('none of the predictions has a label yet: retraining waits', { windows: decision.windows, labels: decision.labelsUris });
    return { requested: false, rows };
  }
  await put(`${deliveryUri}data.parquet`, content);
  // Last of all: it says that the delivery is complete.
  await put(`${deliveryUri}${Layout.DELIVERY_MARKER}`, '');
  await request({ model: name, reason: decision.reason, windows: decision.windows, deliveryUri, verdictUri });
  logger.info('retraining requested', { deliveryUri, rows });
  return { requested: true, rows, deliveryUri };
}

async function build(database: Database, windowUris: readonly string[], labelsUris: readonly string[]): Promise<{ rows: number; content: Uint8Array }> {
  const project = modelProject();
  const { schema } = project;
  const manifests = await Promise.all(windowUris.map(readManifest));
  const objects = [...new Set(manifests.flatMap((manifest) => manifest.objects))];
  await loadWindow(database, await downloadFiles(database, objects), project);
  const labels: TableFile[] = [];
  for (const uri of labelsUris) {
    labels.push(...(await downloadFolder(database, uri)));
  }
  await loadTable(database, LABELS_TABLE, labels, [schema.recordId, schema.target].map(({ name }) => ({ name, type: 'VARCHAR' })));
  await database.run(`CREATE TABLE delivery AS ${deliveryQuery(schema, LABELS_TABLE)}`);
  const { rows } = await database.row<{ rows: number }>('SELECT count(*) AS rows FROM delivery');
  const path = join(database.folder, 'delivery.parquet');
  await database.run(`COPY delivery TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`);
  return { rows, content: await readFile(path) };
}

async function request(detail: RetrainingRequested): Promise<void> {
  const { Entries = [] } = await clients.eventBridge().send(
    new PutEventsCommand({
      Entries: [{ EventBusName: requireEnv(Env.EVENT_BUS_NAME), Source: Events.SOURCE, DetailType: Events.RETRAINING_REQUESTED, Detail: JSON.stringify(detail) }],
    }),
  );
  const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
  if (refused !== undefined) {
    throw new Error(`the event ${Events.RETRAINING_REQUESTED} was refused: ${refused.ErrorCode} ${refused.ErrorMessage ?? ''}`);
  }
}
