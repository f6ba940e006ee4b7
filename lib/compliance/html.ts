import type { AnsweredControl } from './controls';
import { MEANING, type Permission, PERMISSIONS } from '../access/access-table';
import { type ComplianceReport, countsOf, explanationsOf, isApplicable, type PackCount, ruleCountsOf, unexplained } from './report';
import { groupBy, type RuleResult } from './results';
import { STYLE } from './style';

/** The report as one page that needs nothing else: it can be mailed, archived and printed. */
export function toHtml(report: ComplianceReport): string {
  const problems = unexplained(report);
  const sections: [id: string, title: string, body: string][] = [
    ['summary', 'In short', summary(report)],
    ['access', 'Who may do what', access(report)],
    ['storage', 'Where data lies: encryption and retention', storage(report)],
    ['controls', 'What the EU AI Act and good practice ask for, and what answers it', controls(report.controls)],
    ['acknowledged', 'Rules that are not followed, and why', acknowledged(report)],
    ['rules', 'Rules one by one', rules(report)],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Compliance report</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Compliance report</h1>
<p class="verdict ${problems.length === 0 ? 'good' : 'bad'}">${problems.length === 0 ? 'Everything is explained' : `${problems.length} ${problems.length === 1 ? 'finding is' : 'findings are'} not explained`}</p>
<p>This page says how a machine-learning system would be set up in the cloud, and whether that setup keeps to published security rules. It was made from the
system's own code before anything was deployed, by a program, and it fails the build when something is left open. Nothing on it was written by hand for this page.</p>
<p class="quiet">Commit ${code(report.commit)}, ${escape(report.createdAt.slice(0, 16).replace('T', ' '))} UTC. The same content as data: <code>report.json</code>, <code>report.csv</code>.</p>
<nav>${sections.map(([id, title]) => `<a href="#${id}">${escape(title)}</a>`).join('')}</nav>
</header>
<main>
${problems.length === 0 ? '' : `<section><h2>Not explained</h2><ul class="bad">${problems.map((problem) => `<li>${escape(problem)}</li>`).join('')}</ul></section>`}
${sections.map(([id, title, body]) => `<section id="${id}"><h2>${escape(title)}</h2>\n${body}</section>`).join('\n')}
</main>
</body>
</html>
`;
}

function summary(report: ComplianceReport): string {
  const { environments, inventory, controls: answered, access: cells, packs } = report;
  const counts = countsOf(report);
  const sum = (value: (count: PackCount) => number, name?: string): number => counts.filter(({ environment }) => name === undefined || environment === name).reduce((total, count) => total + value(count), 0);
  const encrypted = inventory.filter(({ encryption }) => encryption !== 'none').length;
  const checks = sum(({ compliant }) => compliant) + sum(({ acknowledged: noted }) => noted) + sum(({ open }) => open);
  return `<ul>
<li><b>${checks.toLocaleString('en')} checks</b> were made: each of ${rulesOf(report)} rules from ${packs.length} collections on each part that it is about. ${sum(({ compliant }) => compliant).toLocaleString('en')} passed.</li>
<li><b>${sum(({ acknowledged: noted }) => noted).toLocaleString('en')} did not, for a reason</b> that is written in the code beside the part, ${explanationsOf(report).length} reasons in all. <a href="#acknowledged">They are listed below.</a></li>
<li><b>${sum(({ open }) => open)} are open</b>: neither passed nor explained. Any other number than 0 stops a release.</li>
<li><b>${encrypted} of ${inventory.length} places that hold data are encrypted</b>, and each has a known <a href="#storage">time that it keeps data</a>.</li>
<li><b>${new Set(cells.map(({ role }) => role)).size} roles</b> of people and programs exist, each with <a href="#access">what it may do and where</a>; nobody may change the limits that models are judged by without a reviewed change of the code.</li>
<li><b>${answered.filter(({ places }) => places.length > 0).length} of ${answered.length} demands</b> of the EU AI Act and of AWS's guide to machine learning are <a href="#controls">answered by a named part</a>.</li>
</ul>
${table(
  ['Environment', 'Passed', 'Not followed, for a reason', 'Open'],
  environments.map((name) => [code(name), String(sum(({ compliant }) => compliant, name)), String(sum(({ acknowledged: noted }) => noted, name)), openOnes(sum((count) => count.open, name))]),
  [1, 2, 3],
)}
<details><summary>The same by collection of rules</summary>
${table(
  ['Environment', 'Collection', 'Rules with something to look at', 'Passed', 'Not followed, for a reason', 'Open'],
  counts.map(({ environment, pack, rules: all, applicable, compliant, acknowledged: explained, open: left }) => [code(environment), escape(pack), `${applicable} of ${all}`, String(compliant), String(explained), openOnes(left)]),
  [2, 3, 4, 5],
)}</details>
<details><summary>Words on this page</summary>
<dl>
<dt>Environment</dt><dd>One of the separate worlds that a model goes through, in order: ${list(environments.map(code))}. The last one is production.</dd>
<dt>Collection of rules</dt><dd>Published by others (AWS Solutions, HIPAA, NIST 800-53, PCI DSS, Serverless) and checked by the tool cdk-nag; <code>Mlops</code> holds this system's own rules.</dd>
<dt>Passed, not followed for a reason, open</dt><dd>A part keeps to a rule; or does not, and the code says why; or does not, and nobody said why.</dd>
<dt>Resource, part</dt><dd>One thing that is set up: a bucket of files, a function, a key, a role. A path such as <code>prod/Foundation/Evidence</code> says environment, group and name.</dd>
<dt>KMS</dt><dd>AWS's service for encryption keys. <i>Key of the environment</i>: one that the organization owns, renews every year, and can withdraw.</dd>
</dl></details>`;
}

const openOnes = (count: number): string => `<span class="${count === 0 ? 'good' : 'bad'}">${count}</span>`;
const rulesOf = ({ results }: ComplianceReport): number => new Set(results.map(({ rule }) => rule)).size;

function acknowledged(report: ComplianceReport): string {
  const explanations = explanationsOf(report);
  const { environments } = report;
  return `<p>A rule that is not followed is counted once for each part that it concerns, and once more in each collection that has it. ${explanations.length} reasons explain all of them; each stands in the code beside what it explains.</p>
${table(
  ['Rule', 'What it finds', ...environments, 'Together', 'Reasons'],
  ruleCountsOf(report).map(({ rule, description, by, findings, reasons }) => [code(rule), escape(description), ...environments.map((name) => String(by[name])), String(findings), String(reasons)]),
  [...environments.map((_name, index) => index + 2), environments.length + 2, environments.length + 3],
)}
<h3>The reasons, those that explain most first</h3>
${explanations
  .map(
    ({ reason, places, rules: names, resources, findings }) => `<article>
<p>${escape(reason)}</p>
<p class="quiet">${findings} ${findings === 1 ? 'finding' : 'findings'} of ${list(names.map(code))}; reason given in ${list(places.map(code))}</p>
<details><summary>${resources.length} ${resources.length === 1 ? 'resource' : 'resources'}</summary><ul>${resources.map((path) => `<li>${code(shortPath(path))}</li>`).join('')}</ul></details>
</article>`,
  )
  .join('\n')}`;
}

function rules({ packs, environments, results }: ComplianceReport): string {
  const byPack = groupBy(results, ({ pack }) => pack);
  return packs
    .map((pack) => {
      const byRule = [...groupBy(byPack.get(pack) ?? [], ({ rule }) => rule)];
      const applying = byRule.filter(([, group]) => group.some(isApplicable));
      const silent = byRule.filter(([, group]) => !group.some(isApplicable)).map(([rule]) => rule.slice(pack.length + 1));
      return `<details><summary>${escape(pack)}: ${applying.length} of ${byRule.length} rules apply</summary>
${table(
  ['Rule', 'Finds', ...environments],
  applying.map(([rule, group]) => [code(rule.slice(pack.length + 1)), escape(group[0]?.description ?? ''), ...environments.map((name) => cell(group.find(({ environment }) => environment === name)))]),
)}
<p class="quiet">Not applicable, for want of such a resource: ${escape(silent.join(', ') || 'none')}.</p>
</details>`;
    })
    .join('\n');
}

function cell(result: RuleResult | undefined): string {
  if (result === undefined || !isApplicable(result)) {
    return '<span class="quiet">n/a</span>';
  }
  const { compliant, acknowledged: explained, open } = result;
  return [
    ...(compliant.length > 0 ? [`<span class="good">${compliant.length} compliant</span>`] : []),
    ...(explained.length > 0 ? [`<span class="noted">${explained.length} acknowledged</span>`] : []),
    ...(open.length > 0 ? [`<span class="bad">${open.length} unexplained</span>`] : []),
  ].join('<br>');
}

function access({ access: cells, environments }: ComplianceReport): string {
  const roles = [...new Set(cells.map(({ role }) => role))];
  const where = (permission: Permission, role: string): string => {
    const names = environments.filter((name) => cells.some((one) => one.role === role && one.environment === name && one.permissions.includes(permission)));
    return names.length === 0 ? '<span class="quiet">no</span>' : names.map(code).join(', ');
  };
  return `<p>What each role may do, and in which environments; <i>no</i> means that it is refused. Roles are generated from this table, and a test tries every cell of it against the generated
permissions, the refused ones too. <b>Break glass</b> is for emergencies: its use tells people at once.</p>
${table(['Permission', ...roles.map(words)], PERMISSIONS.map((permission) => [`<b>${escape(MEANING[permission])}</b>`, ...roles.map((role) => where(permission, role))]))}`;
}

const storage = ({ inventory, environments }: ComplianceReport): string =>
  `<p>Every place that holds data, how it is encrypted, and how long it keeps what it holds.</p>${environments
    .map((name) => {
      const items = inventory.filter(({ environment }) => environment === name);
      return `<details><summary>${escape(name)}: ${items.length} places</summary>${table(
        ['Kind', 'Name', 'Stack', 'Encryption', 'Retention'],
        items.map(({ kind, name: title, stack, encryption, retention }) => [escape(kind), code(title), escape(stack), escape(encryption), escape(retention)]),
      )}</details>`;
    })
    .join('\n')}`;

const controls = (answered: readonly AnsweredControl[]): string =>
  `<p>Demands of the EU AI Act (Regulation 2024/1689) on logging, documentation and oversight, and practices of the AWS Well-Architected Machine Learning Lens (November 2025). In our words; the texts
themselves decide.</p>
${table(
  ['Source', 'Asks', 'Answer', 'By'],
  answered.map(({ source, id, asks, answer: text, construct, file, places }) => [
    `${escape(source)}<br>${code(id)}`,
    escape(asks),
    escape(text),
    `${code(construct)}<br><span class="quiet">${escape(file)}</span><br>${places.length === 0 ? '<span class="bad">not found</span>' : places.map((path) => code(path)).join('<br>')}`,
  ]),
)}`;

/** @param numeric Columns of figures */
const table = (head: readonly string[], rows: readonly (readonly string[])[], numeric: readonly number[] = []): string =>
  `<div class="table"><table><thead><tr>${head.map((title) => `<th scope="col">${escape(title)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((value, index) => `<td${numeric.includes(index) ? ' class="number"' : ''} data-label="${escape(head[index] ?? '')}"><div>${value}</div></td>`).join('')}</tr>`)
    .join('\n')}</tbody></table></div>`;

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
/** Long names may break after these signs and before a capital. */
const code = (text: string): string => `<code>${escape(text).replaceAll(/([/:._-])|(?<=[a-z])(?=[A-Z])/g, '$1<wbr>')}</code>`;
const list = (items: readonly string[]): string => items.join(', ');
const shortPath = (path: string): string => path.replace(/\/Resource$/, '');
const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
