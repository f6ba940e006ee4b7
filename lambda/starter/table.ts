import { type DevelopmentInput, Events, type ModelPackageInput, type ReleasePin, type RetrainingRequested } from '../shared/process/contract';
import { Layout } from '../shared/storage/contract';
import { canonicalJson, sha256 } from '../shared/storage/hash';
import { s3Uri } from '../shared/storage/s3';
import { type Machine, type ManualEvent, type MonitorInput, type ReproductionEvent, type ScheduleEvent } from './contract';

/** Part of an EventBridge event that the starter reads. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export type StarterEvent = BusEvent | ScheduleEvent | ManualEvent | ReproductionEvent;

/** An execution to start: name and input follow from the event alone, so a repeated event means the same execution. */
export interface Start {
  readonly name: string;
  readonly input: DevelopmentInput | ModelPackageInput | MonitorInput;
}

/** No execution, and why. */
export interface Refusal {
  readonly refused: string;
}

/** What the table may know besides the event. */
export interface Knowledge {
  readonly model: string;
  readonly release?: ReleasePin;
}

type Row = (event: StarterEvent, knowledge: Knowledge) => Start | Refusal;

/** Kinds of events by what they carry. */
const KINDS = {
  ObjectCreated: (event: StarterEvent) => isBusEvent(event, 'aws.s3', 'Object Created'),
  ModelPackage: (event: StarterEvent) => isBusEvent(event, 'aws.sagemaker', 'SageMaker Model Package State Change'),
  RetrainingRequested: (event: StarterEvent) => isBusEvent(event, Events.SOURCE, Events.RETRAINING_REQUESTED),
  Schedule: (event: StarterEvent) => 'cause' in event && event.cause === 'Schedule',
  Manual: (event: StarterEvent) => 'cause' in event && event.cause === 'Manual',
  Reproduction: (event: StarterEvent) => 'cause' in event && event.cause === 'Reproduction',
} as const;

type Kind = keyof typeof KINDS;

/** The whole behaviour of the starter: machine x kind of event -> execution. What is not here is refused. */
const TABLE: Readonly<Record<Machine, Partial<Record<Kind, Row>>>> = {
  development: {
    ObjectCreated: newData,
    RetrainingRequested: feedback,
    Schedule: (event, knowledge) => development(scheduledName(event), 'Schedule', { additional: [] }, knowledge),
    Manual: manual,
    Reproduction: reproduction,
  },
  qualification: { ModelPackage: modelPackage },
  promotion: { ModelPackage: modelPackage },
  monitor: {
    ObjectCreated: labels,
    Schedule: (event) => ({ name: scheduledName(event), input: { cause: 'Schedule', time: (event as ScheduleEvent).time } }),
  },
};

/** Turns an event into the execution that it asks for. Pure: no clock, no calls. */
export function translate(machine: Machine, event: StarterEvent, knowledge: Knowledge): Start | Refusal {
  const kind = (Object.keys(KINDS) as Kind[]).find((candidate) => KINDS[candidate](event));
  const row = kind === undefined ? undefined : TABLE[machine][kind];
  if (row === undefined) {
    const got = 'detail-type' in event ? `${event.source} "${event['detail-type']}"` : JSON.stringify(event);
    return { refused: `${machine} does not start on ${kind ?? 'an unknown event'} (${got}); it starts on ${Object.keys(TABLE[machine]).join(', ')}` };
  }
  return row(event, knowledge);
}

function newData(event: StarterEvent, knowledge: Knowledge): Start | Refusal {
  const delivery = deliveryOf(event, Layout.trainingPrefix(knowledge.model));
  return 'refused' in delivery ? delivery : development(executionName('data', delivery.name, delivery.identity), 'NewData', { additional: [] }, knowledge);
}

function labels(event: StarterEvent, knowledge: Knowledge): Start | Refusal {
  const delivery = deliveryOf(event, Layout.labelsPrefix(knowledge.model));
  if ('refused' in delivery) {
    return delivery;
  }
  const input: MonitorInput = { cause: 'Labels', time: (event as BusEvent).time, deliveryUri: delivery.uri };
  return { name: executionName('labels', delivery.name, delivery.identity), input };
}

function feedback(event: StarterEvent, knowledge: Knowledge): Start | Refusal {
  const detail = (event as BusEvent).detail as unknown as RetrainingRequested;
  if (detail.model !== knowledge.model) {
    return { refused: `retraining is asked for model ${JSON.stringify(detail.model)}, and this is ${knowledge.model}` };
  }
  const additional = detail.deliveryUri === undefined ? [] : [detail.deliveryUri];
  return development(executionName('feedback', '', canonicalJson(detail)), 'Feedback', { additional }, knowledge);
}

function manual(event: StarterEvent, knowledge: Knowledge): Start | Refusal {
  const { id, additional = [], alone } = event as ManualEvent;
  return typeof id === 'string' && id !== ''
    ? development(executionName('manual', id, id), 'Manual', { additional, alone }, knowledge)
    : { refused: 'a manual start needs an "id", which makes it a run of its own' };
}

function reproduction(event: StarterEvent, knowledge: Knowledge): Start | Refusal {
  const { id, manifestUri, packageDigest } = event as ReproductionEvent;
  if (typeof id !== 'string' || id === '' || !/^s3:\/\/[^/]+\/.+/.test(manifestUri) || !/^[0-9a-f]{64}$/.test(packageDigest)) {
    return { refused: 'a reproduction needs an "id", which makes it a run of its own, and the "manifestUri" and "packageDigest" of a version' };
  }
  const start = development(executionName('reproduction', id, `${id}@${packageDigest}`), 'Reproduction', { additional: [] }, knowledge);
  return 'refused' in start ? start : { ...start, input: { ...(start.input as DevelopmentInput), compareWith: { manifestUri, packageDigest } } };
}

function development(name: string, cause: DevelopmentInput['cause'], data: DevelopmentInput['data'], { release }: Knowledge): Start | Refusal {
  return release === undefined ? { refused: 'no release is known to this starter; deploy the development stack' } : { name, input: { cause, data, release } };
}

/** SageMaker sends several events for one change; they agree in the time of the change. */
function modelPackage(event: StarterEvent): Start | Refusal {
  const { ModelPackageArn: arn, LastModifiedTime: modified, CreationTime: created, MetadataProperties: metadata } = (event as BusEvent).detail;
  const version = typeof arn === 'string' ? /:model-package\/[^/]+\/(\d+)$/.exec(arn)?.[1] : undefined;
  if (typeof arn !== 'string' || version === undefined) {
    return { refused: `the event names no version of a model package group: ModelPackageArn is ${JSON.stringify(arn)}` };
  }
  const digest = isRecord(metadata) ? metadata.GeneratedBy : undefined;
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) {
    return { refused: `${arn} has no manifest digest in MetadataProperties.GeneratedBy (got ${JSON.stringify(digest)}): it was not registered by this process` };
  }
  return { name: executionName('package', `v${version}`, canonicalJson([arn, modified ?? created ?? null])), input: { modelPackageArn: arn, packageDigest: digest } };
}

interface Delivery {
  readonly name: string;
  readonly uri: string;
  readonly identity: string;
}

function deliveryOf(event: StarterEvent, prefix: string): Delivery | Refusal {
  const { bucket, object } = (event as BusEvent).detail;
  const bucketName = isRecord(bucket) ? bucket.name : undefined;
  const key = isRecord(object) ? object.key : undefined;
  if (typeof bucketName !== 'string' || typeof key !== 'string' || !isRecord(object)) {
    return { refused: 'the event names no bucket and key' };
  }
  const [name, marker, ...rest] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : [];
  if (name === undefined || name === '' || marker !== Layout.DELIVERY_MARKER || rest.length > 0) {
    return { refused: `${key} does not complete a delivery: expected ${prefix}<delivery>/${Layout.DELIVERY_MARKER}` };
  }
  // Without versioning the etag tells one delivery of the name from the next.
  const version = object['version-id'] ?? object.sequencer ?? object.etag ?? '';
  return { name, uri: s3Uri(bucketName, `${prefix}${name}/`), identity: `${bucketName}/${key}@${String(version)}` };
}

const scheduledName = (event: StarterEvent): string => executionName('schedule', (event as ScheduleEvent).time, (event as ScheduleEvent).time);

/** Readable, within Step Functions' 80 characters, and one to one with the subject's identity. */
function executionName(cause: string, subject: string, identity: string): string {
  const slug = subject.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40);
  return [cause, slug, sha256(identity).slice(0, 16)].filter((part) => part !== '').join('-');
}

const isBusEvent = (event: StarterEvent, source: string, detailType: string): boolean =>
  'detail-type' in event && event.source === source && event['detail-type'] === detailType && isRecord(event.detail);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
