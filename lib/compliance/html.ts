import type { AnsweredControl } from './controls';
import { type ComplianceReport, countsOf, explanationsOf, isApplicable, unexplained } from './report';
import { groupBy, type RuleResult } from './results';
import { STYLE } from './style';

/** The report as one page that needs nothing else: it can be mailed, archived and printed. */
export function toHtml(report: ComplianceReport): string {
  const problems = unexplained(report);
  const sections: [id: string, title: string, body: string][] = [
    ['figures', 'Figures', figures(report)],
    ['acknowledged', 'What is acknowledged, and why', acknowledged(report)],
    ['rules', 'Rules one by one', rules(report)],
    ['access', 'Who may do what', access(report)],
    ['storage', 'Where data lies: encryption and retention', storage(report)],
    ['controls', 'Demands and who answers them', controls(report.controls)],
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
<p>What would be deployed to ${list(report.environments.map(code))} was held to ${report.packs.length} packs of rules before any of it was deployed. Each rule looks at each
resource. A resource that does not follow a rule is changed, or the reason why it does not is written down where the resource is defined; a finding without a reason
fails the build.</p>
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

function figures(report: ComplianceReport): string {
  return `<p><b>Compliant</b> and <b>acknowledged</b> count pairs of a rule and a resource (or a part of one). A rule <b>applies</b> when an environment has a resource of its kind.</p>
${table(
  ['Environment', 'Pack', 'Rules that apply', 'Compliant', 'Acknowledged', 'Unexplained'],
  countsOf(report).map(({ environment, pack, rules: all, applicable, compliant, acknowledged: explained, open }) => [
    code(environment),
    escape(pack),
    `${applicable} of ${all}`,
    String(compliant),
    String(explained),
    `<span class="${open === 0 ? 'good' : 'bad'}">${open}</span>`,
  ]),
  [2, 3, 4, 5],
)}`;
}

function acknowledged(report: ComplianceReport): string {
  const explanations = explanationsOf(report);
  return `<p>${explanations.length} reasons explain all findings that were not mended. Each stands in the code beside what it explains.</p>
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
  const byRole = groupBy(cells, ({ role }) => role);
  return `<p>Roles of people and programs. Each is generated from this table, and a test tries every permission against every role, the forbidden ones too.</p>
${table(
  ['Role', ...environments.filter((name) => cells.some(({ environment }) => environment === name))],
  [...byRole].map(([role, group]) => [code(role), ...group.map(({ permissions }) => (permissions.length === 0 ? '<span class="quiet">does not exist</span>' : permissions.map(words).join('<br>')))]),
)}`;
}

const storage = ({ inventory, environments }: ComplianceReport): string =>
  environments
    .map((name) => {
      const items = inventory.filter(({ environment }) => environment === name);
      return `<details><summary>${escape(name)}: ${items.length} places</summary>${table(
        ['Kind', 'Name', 'Stack', 'Encryption', 'Retention'],
        items.map(({ kind, name: title, stack, encryption, retention }) => [escape(kind), code(title), escape(stack), escape(encryption), escape(retention)]),
      )}</details>`;
    })
    .join('\n');

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
const words = (name: string): string => escape(name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
