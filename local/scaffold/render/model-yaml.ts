import { basename } from 'node:path';
import { stringify } from 'yaml';
import { METRICS, PRIMARY_METRIC } from '../../../lambda/shared/metrics/contract';
import type { ProblemType } from '../../../lambda/shared/project/contract';
import { percent, rounded } from '../../../lambda/shared/words';
import type { Inference } from '../inference';
import type { Measured } from '../measure/measure';
import type { MetricLimit, Spread, Thresholds } from '../measure/thresholds';

export interface Project {
  readonly name: string;
  /** The file that it was made of. */
  readonly file: string;
  readonly inference: Inference;
  readonly measured: Measured;
  readonly thresholds: Thresholds;
  /** Gain over the baseline in splits by record id; measured where the candidate gains nothing in splits by order. */
  readonly gainByRecordId?: Spread;
}

/** A class this rare or rarer is decided by its share: from a half on it would hardly ever be. */
const RARE = 0.3;

/** Comment lines of at most 150 characters. */
function comment(text: string, indent = ''): string {
  const lines = [''];
  for (const word of text.replaceAll(/\s+/g, ' ').split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last !== '' && `${indent}# ${last} ${word}`.length > 150) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    }
  }
  return lines.map((line) => `${indent}# ${line}`).join('\n');
}

/** A part of the file under its key; a text is quoted, so that every reader takes `Yes` for one. */
const part = (content: object, indent = ''): string =>
  stringify(content, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }).trimEnd().split('\n').map((line) => `${indent}${line}`).join('\n');

const spread = (found: Spread | undefined): string => (found === undefined ? 'not defined' : `${rounded(found.mean)} ± ${rounded(found.deviation, 2)}`);

/** `model.yaml`, in which every proposal says what it rests on. */
export function modelYaml(project: Project): string {
  const { name, file, inference: { target } } = project;
  return `# What "good" means for this model. Gates, alarms, load tests, schedules and the model card are derived from this file and from schema.json.
# Durations are in the unit of their name, shares are from 0 to 1. Everything here is a proposal made of ${basename(file).replaceAll('\n', ' ')}: review it, then delete what the
# comments say of its making.

name: ${name}
description: ${JSON.stringify(`Predicts ${target.column.name} of a record from ${project.inference.schema.features.length} features.`)}
${comment(`${target.because}.`)}
problemType: ${target.problemType}
schema: schema.json
${binaryPart(project)}
${dataPart(project)}

${trainingPart(project)}

${qualityPart(project)}

${SERVING}

${monitoringPart(project)}

${MODEL_CARD}
`;
}

function binaryPart({ inference: { target, schema } }: Project): string {
  if (target.positiveLabel === undefined) {
    return '';
  }
  const share = target.classes.find(({ label }) => label === target.positiveLabel)?.share ?? 0.5;
  const threshold = share < RARE || share > 1 - RARE ? Number(share.toFixed(2)) : 0.5;
  const why = threshold === 0.5 ? '' : ` ${percent(share)} of the rows are positive; a threshold of that share finds positives and negatives about equally well.`;
  return `${comment(`Value of the target ${schema.target.name} that counts as positive (${target.positiveBecause}), and the probability from which the answer is positive.${why}`)}
${part({ positiveLabel: target.positiveLabel, decisionThreshold: Math.min(0.99, Math.max(0.01, threshold)) })}
`;
}

function dataPart({ inference: { data, target, sensitive, rows } }: Project): string {
  const { sensitiveFeatures, classShares, targetMean, ...limits } = data;
  const shares = target.classes.map(({ label, share }) => `${String(label)} ${percent(share)}`).join(', ');
  return `# What the data gate asks of a snapshot before anything is trained on it. The data meet all of it.
data:
${comment(`Half of the ${rows} rows that this was made of.`, '  ')}
${part(limits, '  ')}
${classShares === undefined ? '' : `${comment(`Measured: ${shares}.`, '  ')}\n  classShares:\n${Object.entries(classShares).map(([label, bounds]) => `    ${JSON.stringify(label)}:\n${part(bounds, '      ')}`).join('\n')}\n`}${
  targetMean === undefined ? '' : `${comment('A quarter of a standard deviation around the measured mean of the target.', '  ')}\n${part({ targetMean }, '  ')}\n`
}${sensitive.length === 0 ? '' : `${comment('REVIEW: these names sound like something that the law protects. Take them out of schema.json, set "sensitive": false there where the name misleads, or keep them here on purpose.', '  ')}\n${part({ sensitiveFeatures }, '  ')}\n`}`.trimEnd();
}

/** What a split by order costs, where the candidate gains nothing in it. */
export const orderNote = ({ inference: { order }, gainByRecordId }: Pick<Project, 'inference' | 'gainByRecordId'>): string | undefined =>
  gainByRecordId === undefined ? undefined
  : `split by ${order?.schema.name} the candidate gains nothing over the linear baseline, split by record id ${spread(gainByRecordId)}: the newest rows may differ from the older ones, or ${order?.schema.name} may be no time of the records; in that case make the project anew with --split recordId`;

function trainingPart(project: Project): string {
  const { inference: { order, entity }, measured: { split, hyperparameters, settings, outcomes } } = project;
  const note = orderNote(project);
  const entityLine = split.entity === undefined ? '' : `\n    entity: ${JSON.stringify(split.entity)}`;
  const why =
    split.by === 'order' ? `The oldest rows by ${order?.schema.name} train and the newest test, as it will be in production.`
    : order === undefined ? 'A seeded hash decides: a row keeps its side when more data arrive.'
    : `A seeded hash decides. The data have an order, ${order.schema.name}, but ${split.because}; with more of the past, write "by: order".`;
  return `training:
  instanceType: ml.m5.large
  # Decides the split as well where that goes by record id. A row keeps its side as long as the seed stays.
  seed: 1
  maximumRuntimeMinutes: 60
${comment(`${why}${entity === undefined ? '' : ` All records of one ${entity.schema.name} are on one side.`}${note === undefined ? '' : ` REVIEW: ${note}.`}`, '  ')}
  split:
    by: ${split.by}${entityLine}
${comment(`The best of ${settings} settings on the validation rows of ${outcomes.length} splits. training.tuning would search a declared space in every run.`, '  ')}
${part({ hyperparameters }, '  ')}`;
}

function qualityPart({ inference, measured, thresholds }: Project): string {
  const { problemType } = inference.target;
  const { gain: gainWords, test } = PRIMARY_METRIC[problemType];
  const { margin, gain, trivialGain, worthIt, significance, tolerance, held, metrics } = thresholds;
  const splits = measured.outcomes.length;
  const worth = worthIt
    ? 'The margin is half of the gain, or less where the splits differ more: a model that gains nothing over the linear one is refused.'
    : 'The candidate gains no more than the splits differ: it is not worth its complexity on these data, and the gate will say so. Better features, more data, or the linear model as the candidate are the ways on; the margin is what people usually call a gain.';
  return `${comment(`What the model gate asks of a candidate on the test rows. Measured on ${measured.rows} rows in ${splits} seeded splits (test rows: ${measured.outcomes.map(({ rows }) => rows.test).join(', ')}), mean ± standard deviation; the limits below hold on ${held} of the ${splits}.`)}
quality:
  metrics:
${metrics.map((limit) => metricPart(limit, problemType, '    ')).join('\n')}
${comment(`${gainWords} over the linear baseline: ${spread(gain)} (from ${rounded(gain.least)} to ${rounded(gain.greatest)}); over the trivial predictor: ${spread(trivialGain)}. ${worth} Significance is that of ${test}.`, '  ')}
  baseline:
    margin: ${margin}
    significance: ${significance}
  # What the candidate may lose against the champion on the same rows: about what one split differs from another.
  champion:
    tolerance: ${tolerance}${fairnessPart(inference)}`;
}

const BASES: Readonly<Record<MetricLimit['basis'], string>> = {
  gain: 'Half way between the two.',
  spread: 'Three standard deviations from the candidate, since splits differ more than the two models; the margin below tells them apart.',
  baseline: 'Three standard deviations from the linear baseline, since the candidate is no better.',
};

function metricPart({ metric, side, value, measured, basis }: MetricLimit, problemType: ProblemType, indent: string): string {
  const title = METRICS[problemType][metric]?.title ?? metric;
  return `${comment(`${title}: candidate ${spread(measured.candidate)}, linear baseline ${spread(measured.baseline)}, trivial predictor ${spread(measured.trivial)}. ${BASES[basis]}`, indent)}
${indent}${metric}:
${indent}  ${side}: ${value}`;
}

/** Smaller groups are not compared; a group needs more on average, or some split has too few of it. */
const GROUP = { rows: 30, positives: 10, room: 1.5 };
const TEST_SHARE = 0.2;

/** Whether at least two groups of a feature will have enough test rows to be compared. */
function isComparable(groups: readonly number[], positiveShare: number): boolean {
  const enough = groups.filter((rows) => rows * TEST_SHARE >= GROUP.rows * GROUP.room && rows * TEST_SHARE * positiveShare >= GROUP.positives * GROUP.room);
  return enough.length >= 2;
}

function fairnessPart({ sensitive, groups, target, rows }: Inference): string {
  const positiveShare = target.classes.find(({ label }) => label === target.positiveLabel)?.share ?? 1;
  const compared = sensitive.filter((column) => isComparable(groups[column] ?? [], positiveShare));
  const small = sensitive.filter((column) => !compared.includes(column));
  const smallNote = small.length === 0 ? '' : `${comment(`REVIEW: ${small.join(', ')} sound${small.length === 1 ? 's' : ''} sensitive, but ${rows} rows leave too few in the groups of the test rows to compare (${GROUP.rows} rows are needed, and ${GROUP.positives} positives of two classes): nobody knows whether the model is fair to them. Name them under quality.fairness once there are more.`, '  ')}`;
  if (compared.length === 0) {
    return smallNote === '' ? '' : `\n${smallNote}`;
  }
  const report = {
    fairness: {
      attributes: compared.map((column) => ({ column, gate: false })), minimumSelectionRatio: 0.8, minimumRows: GROUP.rows,
      minimumPositives: target.problemType === 'binaryClassification' ? GROUP.positives : 0,
    },
  };
  return `\n${comment('REVIEW: fairness is measured and reported over the features that sound sensitive. With "gate: true" the gate judges it, by the four-fifths rule (29 CFR 1607.4(D)).', '  ')}\n${part(report, '  ')}${smallNote === '' ? '' : `\n${smallNote}`}`;
}

const SERVING = `serving:
  instanceType: ml.m5.large
  # What the load test asks of the endpoint before a version can be approved.
  latency:
    p50Milliseconds: 200
    p95Milliseconds: 500
    p99Milliseconds: 1000
  # Of 160 requests without a failure, at most 1.9 % fail with 95 % confidence: fewer could not show the share of errors that is allowed.
  loadTest:
    requestsPerSecond: 20
    durationSeconds: 8
    warmUpSeconds: 1
    rowsPerRequest: 1
    maximumErrorShare: 0.02
  # The new fleet's alarms during a traffic shift, and the requests it must have answered for the shift to count as observed.
  rollout:
    maximumErrorShare: 0.05
    maximumLatencyMilliseconds: 1000
    minimumRequests: 20`;

function monitoringPart({ inference: { rows, target }, thresholds: { monitoring } }: Project): string {
  const title = METRICS[target.problemType][monitoring.metric]?.title ?? monitoring.metric;
  return `monitoring:
  schedule: "rate(1 hour)"
  minimumRows: ${Math.max(50, Math.min(500, Math.floor(rows / 10)))}
  # A feature drifts when its effect passes one of these sizes and the test, corrected for the number of features, is significant.
  drift:
    psiWarning: 0.1
    psiAlarm: 0.25
    cramersV: 0.1
    normedWasserstein: 0.1
    ks: 0.1
    significance: 0.01
    featureShare: 0.3
    # Features whose drift alone counts: name those that carry the model, see the importance in the studies of a run.
    criticalFeatures: []
  quality:
${comment(`${title} as low as that of the linear baseline, or what one split differs from another below the limit of the gate: then retraining pays.`, '    ')}
    ${monitoring.metric}:
      ${monitoring.side}: ${monitoring.value}
  # Retrain after so many breaches in so many windows, then not again before the cool-down is over.
  retraining:
    breaches: 2
    windows: 3
    coolDownHours: 24`;
}

const MODEL_CARD = `# Only people can write these. An environment with documentation "required", as prod, registers no version while one of them begins with TODO.
modelCard:
  owner: "TODO: team that answers for this model, and its address"
  purpose: "TODO: decision that the model supports, and for whom"
  intendedUses: "TODO: uses that the model is fit for, and uses that it is not"
  # High, Medium or Low; see Annex III of the EU AI Act for uses that are high-risk.
  riskRating: Unknown
  ethicalConsiderations: "TODO: whom a wrong answer harms, and what was done about it"
  caveats: "TODO: what the data do not hold, and where the model must not be trusted"`;
