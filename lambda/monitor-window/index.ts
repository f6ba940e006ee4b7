import type { WindowManifest } from '../drift-check/contract';
import { type MonitorHistory, readHistory } from '../monitor-decide/history';
import type { InferenceRecord } from '../shared/inference/contract';
import { findChampion } from '../shared/process/champion';
import type { ChampionRecord } from '../shared/process/contract';
import { modelProject } from '../shared/project/project';
import { inBatches } from '../shared/runtime/concurrency';
import { Env } from '../shared/runtime/contract';
import { requireEnv } from '../shared/runtime/environment';
import { logger } from '../shared/runtime/logger';
import { Layout } from '../shared/storage/contract';
import { canonicalJson } from '../shared/storage/hash';
import { getJson, putOnce, s3Uri } from '../shared/storage/s3';
import { Database } from '../shared/tables/duckdb';
import { downloadFolder } from '../shared/tables/files';
import { loadTable } from '../shared/tables/reading';
import { type MonitoringWindow, type MonitorWindowEvent, windowKey } from './contract';
import { countRecords, listLog, type LogObject } from './log-objects';

/** Objects that are read side by side. */
const CONCURRENCY = 16;

/** An object with the number of its records that count. */
export interface CountedObject extends LogObject {
  readonly rows: number;
}

/**
 * Finds the next stretch of production to look at. Cause `Schedule`: what arrived in the log since the last judged window; a window that is too
 * small grows until the next time. Cause `Labels`: what the arrived labels belong to, whenever it was predicted.
 */
export async function handler(event: MonitorWindowEvent): Promise<MonitoringWindow> {
  const champion = await findChampion(modelProject().declaration.name);
  const window = champion === undefined ? nothing(event, 'no model has been promoted yet, so there is nothing to monitor') : await find(event, champion);
  logger.info(window.finding, { windowId: window.windowId, cause: window.cause, rows: window.rows });
  return window;
}

async function find(event: MonitorWindowEvent, champion: ChampionRecord): Promise<MonitoringWindow> {
  const objects = event.cause === 'Labels' ? await labelled(event) : await sinceLastWindow(await readHistory());
  return describe(event, champion, objects.filter(({ rows }) => rows > 0));
}

async function sinceLastWindow({ last }: MonitorHistory): Promise<CountedObject[]> {
  const arrived = await log(last === undefined ? undefined : new Date(last.end));
  // Times have whole seconds: the last window may have seen some of the objects of its last second, and not the others.
  const seen = new Set(last === undefined ? [] : (await getJson<WindowManifest>(last.windowUri)).objects);
  return count(arrived.filter(({ uri }) => !seen.has(uri)), () => true);
}

async function labelled({ deliveryUri }: MonitorWindowEvent): Promise<CountedObject[]> {
  if (deliveryUri === null) {
    throw new Error('a window of cause Labels needs deliveryUri, the folder of the labels');
  }
  const ids = await labelledIds(deliveryUri);
  return count(await log(), ({ recordId }) => recordId !== null && ids.has(String(recordId)));
}

async function labelledIds(deliveryUri: string): Promise<ReadonlySet<string>> {
  const { name } = modelProject().schema.recordId;
  return Database.use(async (database) => {
    await loadTable(database, 'labels', await downloadFolder(database, deliveryUri), [{ name, type: 'VARCHAR' }]);
    const { id = [] } = await database.columns(`SELECT "${name.replaceAll('"', '""')}" AS id FROM labels`);
    return new Set(id.map(String));
  });
}

const log = (since?: Date): Promise<LogObject[]> =>
  listLog(requireEnv(Env.INFERENCE_LOG_BUCKET), Layout.inferencePrefix(modelProject().declaration.name), since);

const count = (objects: readonly LogObject[], counts: (record: InferenceRecord) => boolean): Promise<CountedObject[]> =>
  inBatches(CONCURRENCY, objects, async (object) => ({ ...object, rows: await countRecords(object.uri, counts) }));

async function describe(event: MonitorWindowEvent, champion: ChampionRecord, objects: readonly CountedObject[]): Promise<MonitoringWindow> {
  const { name, monitoring } = modelProject().declaration;
  const [first, last] = [objects[0], objects.at(-1)];
  if (first === undefined || last === undefined) {
    return nothing(event, event.cause === 'Labels' ? 'the labels belong to no logged prediction' : 'nothing was predicted since the last window');
  }
  const rows = objects.reduce((total, object) => total + object.rows, 0);
  const [start, end] = [first.arrivedAt.toISOString(), last.arrivedAt.toISOString()];
  const manifest: WindowManifest = { start, end, objects: objects.map(({ uri }) => uri) };
  const windowUri = s3Uri(requireEnv(Env.EVIDENCE_BUCKET), windowKey(name, event.runId));
  const sufficient = rows >= monitoring.minimumRows;
  const counted = `${rows} ${event.cause === 'Labels' ? 'labelled predictions' : 'predictions'} from ${start} to ${end}`;
  return {
    windowId: event.runId,
    cause: event.cause,
    sufficient,
    finding: sufficient ? counted : `${counted}; monitoring.minimumRows is ${monitoring.minimumRows}, so nothing can be said yet`,
    start,
    end,
    rows,
    windowUri,
    digest: await putOnce(windowUri, canonicalJson(manifest)),
    labelsUris: event.deliveryUri === null ? [] : [event.deliveryUri],
    referenceUri: champion.referenceUri,
    modelPackageArn: champion.modelPackageArn,
  };
}

const nothing = ({ runId, cause, time }: MonitorWindowEvent, finding: string): MonitoringWindow => ({
  windowId: runId,
  cause,
  sufficient: false,
  finding,
  start: time,
  end: time,
  rows: 0,
  windowUri: '',
  digest: '',
  labelsUris: [],
  referenceUri: '',
  modelPackageArn: '',
});
