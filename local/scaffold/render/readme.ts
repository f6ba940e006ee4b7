import { percent, rounded } from '../../../lambda/shared/words';
import type { Project } from './model-yaml';

/** How commands name the project's places. */
export interface Places {
  /** Folder of model projects, as an option of commands; empty for the repository's own. */
  readonly modelsOption: string;
  /** Delivery to train on. */
  readonly data: string;
}

/** `README.md` of a new project: what was found, what was changed, what to do next. */
export function readme({ name, file, inference, measured, thresholds }: Project, { modelsOption, data }: Places): string {
  const { schema, target, leftOut, changes, notes, rows } = inference;
  const section = (title: string, lines: readonly string[]): string => (lines.length === 0 ? '' : `\n## ${title}\n\n${lines.map((line) => `- ${line}`).join('\n')}\n`);
  const local = (command: string): string => `npm run local -- ${command}${modelsOption}`;
  return `# Model project \`${name}\`

Predicts \`${schema.target.name}\` (${target.problemType}) from ${schema.features.length} features. Made of ${file} with ${rows} rows; every value in \`model.yaml\` and \`schema.json\` is a
proposal for you to review.

| file | what |
|---|---|
| \`model.yaml\` | what *good* means: thresholds with the figures that they rest on, load, monitoring, model card |
| \`schema.json\` | columns, types, ranges, domains: the data tests, the requests and the monitor hold to it |
| \`algorithms.py\` | the candidate and the linear baseline that it must beat |
| \`transforms.py\` | columns that are derived of the features |
| \`prepare.py\`, \`tune.py\`, \`train.py\`, \`evaluate.py\`, \`study.py\`, \`test.py\`, \`inference.py\` | jobs and endpoint; they call the shared package \`tabular\` |
| \`tests/\` | unit tests of the transforms, on made-up rows |

## Next

\`\`\`
${local('test-models')}
${local(`train --model ${name} --data ${data} --environment int`)}
\`\`\`

The second trains and registers in the local AWS with functional gates, which record values and judge none. Then write \`modelCard\` in \`model.yaml\`, and
run it as production does, with gates that judge (\`prod\` registers no version whose model card still says TODO):

\`\`\`
${local(`train --model ${name} --data ${data}`)}
\`\`\`

## Measured

${measured.outcomes.length} seeded splits of ${measured.rows} rows. The proposed limits hold on ${thresholds.held} of them.

| | candidate | linear baseline | trivial predictor |
|---|---|---|---|
${thresholds.metrics.map(({ metric, measured: found }) => `| ${metric} | ${[found.candidate, found.baseline, found.trivial].map((one) => (one === undefined ? '-' : `${rounded(one.mean)} ± ${rounded(one.deviation, 2)}`)).join(' | ')} |`).join('\n')}
${section('To review', notes)}${section('Left out', leftOut.map(({ name: column, because }) => `\`${column}\`: ${because}`))}${changes.length === 0 ? '' : `${section(`What was changed in the data`, changes)}
\`${data}\` holds the changed data; \`data/changes.sql\` holds the query that made it (DuckDB, over a table of texts). Later deliveries must come in this form:
change them where they are made. Data do not belong in version control, so \`data/.gitignore\` leaves them out.
`}${target.classes.length === 0 ? '' : `\nClasses: ${target.classes.map(({ label, share }) => `${String(label)} ${percent(share)}`).join(', ')}.\n`}`;
}
