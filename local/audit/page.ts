import type { ArtifactManifest } from '../../lambda/register/contract';
import { type AuditReport, type AuditedVerdict, problemsOf, type Verification } from './contract';
import { STYLE } from './style';

/** The audit of a version as one page that needs nothing else: it can be mailed, archived and printed. */
export function toHtml(report: AuditReport): string {
  const version = report.modelPackageArn.split('/').at(-1) ?? '';
  const title = `Audit of ${report.model}, version ${version}`;
  const problems = problemsOf(report);
  const verified = report.verifications.length - problems.length;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body>
<header>
<h1>${escape(title)}</h1>
<p class="result ${problems.length === 0 ? 'good' : 'bad'}">${problems.length === 0 ? `Every record is what it was: ${verified} of ${verified} comparisons agree` : `${problems.length} of ${report.verifications.length} comparisons do not agree`}</p>
<p class="quiet">${code(report.modelPackageArn)}<br>Package digest ${code(report.packageDigest)}<br>Read ${escape(time(report.createdAt))} UTC in ${escape(report.environment)}. The same content as data: the JSON file beside this page.</p>
</header>
<main>
${problems.length === 0 ? '' : section('What does not agree', verifications(problems))}
${report.prediction === null ? '' : prediction(report)}
${report.manifest === null ? '' : artifact(report.manifest)}
${section('Tests', report.verdicts.length === 0 ? '<p>No verdict about this version is on record.</p>' : report.verdicts.map(verdict).join('\n'))}
${section('Approval', `<p>${escape(report.approvalStatus)}${report.lifeCycle === null ? '' : `, stage ${escape(report.lifeCycle)}`}.</p>${table(['When', 'Status', 'Who'], report.approvals.map(({ time: when, status, who }) => [escape(time(when)), escape(status), code(who)]), 'Nobody changed the approval as far as the trail reaches.')}`)}
${section('Deployments', table(['From', 'Until', 'Endpoint', 'Configuration', 'Recorded by'], report.deployments.map(({ from, until, endpointName, endpointConfigName, recordedBy }) => [escape(time(from)), until === null ? 'now' : escape(time(until)), escape(endpointName), code(endpointConfigName), code(recordedBy)]), 'It was never in production.'))}
${report.score === null ? '' : score(report.score)}
${section('Comparisons', `<details><summary>${report.verifications.length} comparisons, one by one</summary>${verifications(report.verifications)}</details>`)}
</main>
</body>
</html>
`;
}

function prediction({ prediction: record }: AuditReport): string {
  if (record === null) {
    return '';
  }
  const facts = definitions([
    ['Request', `${code(record.requestId)}, row ${record.row}`], ['Record', escape(String(record.recordId ?? 'not told'))], ['When', escape(time(record.time))],
    ['Output of the model', code(JSON.stringify(record.output))], ['What the application decided', code(JSON.stringify(record.response))],
    ['Variant and schema', `${escape(record.variant)}, schema ${escape(record.schemaVersion)}`], ['Latency', `${record.latencyMilliseconds} ms`],
  ]);
  return section('The prediction', `${facts}<details><summary>What the model was given</summary><pre>${escape(JSON.stringify(record.input, undefined, 2))}</pre></details>`);
}

function artifact({ code: source, data, parameters, modelArtifact, environment, documentation, run, evaluation }: ArtifactManifest): string {
  const digest = (uri: string, sha256: string): string => `${code(uri)}<br><span class="quiet">sha256 ${code(sha256)}</span>`;
  return `${section('Code', definitions([['Repository', escape(source.repository)], ['Commit', code(source.commit)], ['Bundle', digest(source.bundleUri, source.bundleSha256)], ['Pipeline', `version ${source.pipelineVersionId}, definition ${code(source.pipelineDefinitionDigest)}`]]))}
${section('Data', `${definitions([['Snapshot', code(data.snapshotUri)], ['Digest', code(data.digest)], ['Schema', `version ${escape(data.schemaVersion)}`], ['Newest delivery', escape(time(data.newestModifiedAt))], ['Test rows', String(data.testRows)]])}
${table(['Delivered object', 'Version', 'Bytes', 'SHA-256 of its copy'], data.sources.map(({ uri, versionId, size, sha256 }) => [code(uri), code(versionId ?? 'none'), String(size), code(sha256)]), 'none')}`)}
${section('Parameters', `<p>Chosen by ${parameters.chosenBy === 'tuning' ? 'a search' : 'declaration in model.yaml'}, seed ${parameters.seed}.</p>${definitions(Object.entries(parameters.hyperparameters).filter(([name]) => name !== 'seed').map(([name, value]) => [name, code(value)]))}`)}
${section('Model', `${definitions([['File', digest(modelArtifact.uri, modelArtifact.sha256)], ['Run', code(run.id)], ['Compared with', run.comparedWith === null ? 'no champion' : code(run.comparedWith)]])}
${table(['Metric on test rows', 'Value'], Object.entries(evaluation.metrics).map(([name, value]) => [escape(name), String(value)]), 'none')}`)}
${section('Environment', definitions([['Image', code(environment.image)], ['Image digest', environment.imageDigest === null ? 'not known: the image is named by its tag' : code(environment.imageDigest)], ['Python', escape(environment.python)], ['Packages', escape(Object.entries(environment.packages).map(([name, value]) => `${name} ${value}`).join(', '))], ['Lock', code(environment.lockSha256)], ['Since the champion', environment.changes === null ? 'no champion' : escape(environment.changes.join(', ') || 'nothing changed')]]))}
${section('Documentation', definitions([['Model card', digest(documentation.modelCardUri, documentation.modelCardSha256)]]))}`;
}

function verdict({ uri, verdict: { gate, outcome, environment, mode, endedAt, criteria } }: AuditedVerdict): string {
  const rows = criteria.map(({ title, outcome: result, value, threshold, comparison, unit, mlTestScore, evidenceUri, reason }) => [
    escape(title),
    `<span class="${result === 'passed' ? 'good' : result === 'notApplicable' ? 'quiet' : 'bad'}">${WORDS[result]}</span>`,
    `<span class="number">${value === undefined ? '-' : short(value)}</span>`,
    `<span class="number">${escape(comparison)} ${short(threshold)}${unit === '1' ? '' : ` ${escape(unit)}`}</span>`,
    escape(mlTestScore ?? '-'),
    `${escape(reason)}${evidenceUri === undefined ? '' : `<br><span class="quiet">${code(evidenceUri)}</span>`}`,
  ]);
  return `<details${outcome === 'passed' ? '' : ' open'}><summary>${escape(gate)} in ${escape(environment)}: <span class="${outcome === 'passed' ? 'good' : 'bad'}">${escape(outcome)}</span></summary>
<p class="quiet">${escape(time(endedAt))} UTC${mode === 'FUNCTIONAL' ? ', functional: values are recorded, not judged' : ''}. ${code(uri)}</p>
${table(['Criterion', 'Outcome', 'Value', 'Limit', 'ML test', 'Why, and the evidence'], rows, 'none')}</details>`;
}

const WORDS = { passed: 'passed', failed: 'failed', notApplicable: 'not applicable', notMeasured: 'not measured' } as const;

const score = ({ score: least, sections, tests, computedAt }: NonNullable<AuditReport['score']>): string =>
  section(
    'ML Test Score at registration',
    `<p><b>${least}</b>, the least of ${Object.entries(sections).map(([name, sum]) => `${escape(name)} ${sum}`).join(', ')}; computed ${escape(time(computedAt))} UTC.</p>
<details><summary>28 tests</summary>${table(['Test', 'Points', 'What it asks', 'What was found'], tests.map(({ id, points, title, reason }) => [escape(id), String(points), escape(title), escape(reason)]), 'none')}</details>`,
  );

const verifications = (list: readonly Verification[]): string =>
  table(
    ['Part', 'What', 'Outcome', 'Recorded', 'Found', 'Where'],
    list.map(({ part, what, outcome, expected, actual, uri }) => [
      escape(part), escape(what), `<span class="${outcome === 'verified' ? 'good' : 'bad'}">${outcome}</span>`, code(expected), outcome === 'verified' ? 'the same' : code(actual), uri === undefined ? 'the registry' : code(uri),
    ]),
    'none',
  );

const section = (title: string, body: string): string => `<section><h2>${escape(title)}</h2>\n${body}</section>`;

const definitions = (pairs: readonly (readonly [name: string, html: string])[]): string => `<dl>${pairs.map(([name, html]) => `<dt>${escape(name)}</dt><dd>${html}</dd>`).join('')}</dl>`;

function table(head: readonly string[], rows: readonly (readonly string[])[], otherwise: string): string {
  if (rows.length === 0) {
    return `<p class="quiet">${escape(otherwise)}</p>`;
  }
  const cell = (html: string, index: number): string => `<td data-label="${escape(head[index] ?? '')}"><div>${html}</div></td>`;
  return `<table><thead><tr>${head.map((name) => `<th>${escape(name)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table>`;
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
const time = (iso: string): string => iso.slice(0, 19).replace('T', ' ');
const code = (text: string): string => `<code>${escape(text)}</code>`;
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
