import { HANDLERS } from '../cloudformation/resources';
import { inert } from '../cloudformation/resources/inert';
import { FAULT_KINDS } from '../core/faults/rules';
import { STEP_TYPES } from '../sagemaker/pipelines/step-types';
import { OPTIMIZED } from '../stepfunctions/integrations/optimized';
import { SDK_SERVICES } from '../stepfunctions/integrations/services';
import { COMMODITY_SERVICES, IDLE_CONDITION_KEYS, OWN_SERVICES, type Fidelity } from './fidelity';
import { ownOperations } from './services';

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const byTitle = ([, a]: readonly [string, Fidelity], [, b]: readonly [string, Fidelity]): number => a.title.localeCompare(b.title);

function ownServices(): string {
  const operations = ownOperations();
  const missing = Object.keys(operations).filter((name) => !(name in OWN_SERVICES));
  if (missing.length > 0) {
    throw new Error(`fidelity.ts says nothing of ${missing.join(', ')}`);
  }
  const rows = Object.entries(OWN_SERVICES).toSorted(byTitle).map(([name, { title, same, different }]) => [title, same, different, code(operations[name] ?? [])]);
  return table(['service', 'as on AWS', 'not as on AWS', 'operations'], rows);
}

const commodityServices = (): string =>
  table(['service', 'as on AWS', 'not as on AWS'], Object.values(COMMODITY_SERVICES).toSorted((a, b) => a.title.localeCompare(b.title)).map(({ title, same, different }) => [title, same, different]));

function resourceTypes(): string {
  const made = Object.keys(HANDLERS).filter((type) => !(type in inert)).toSorted();
  const groups = new Map<string, string[]>();
  for (const type of made) {
    const [, service = '', name = ''] = /^(?:AWS|Custom)::(\w+)(?:::(\w+))?$/.exec(type) ?? [];
    groups.set(service, [...(groups.get(service) ?? []), name]);
  }
  return table(['service', 'types'], [...groups].map(([service, names]) => [service, code(names)]));
}

const integrations = (): string =>
  `Task states call Lambda functions by their ARN, ${code(Object.keys(OPTIMIZED))}, and every operation of ${code(Object.keys(SDK_SERVICES))} as \`aws-sdk:<service>:<action>\`. `
  + `SageMaker pipelines have the steps ${code(STEP_TYPES)}.`;

/** Parts of `docs/local-aws.md` that are written by the tables of the local AWS, by the name of their marker. */
export const PARTS: Readonly<Record<string, () => string>> = {
  'own services': ownServices,
  'passed on': commodityServices,
  'resource types': resourceTypes,
  'accepted types': () => Object.keys(inert).toSorted().map((type) => `- \`${type}\``).join('\n'),
  'idle keys': () => Object.entries(IDLE_CONDITION_KEYS).map(([key, reason]) => `- \`${key}\`: ${reason}`).join('\n') || 'None.',
  integrations,
  'fault kinds': () => code(FAULT_KINDS),
};

const marker = (name: string): RegExp => new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end -->)`);

/**
 * A page with its generated parts as they are now; all else stays.
 *
 * @throws Error naming a part for which the page has no place
 */
export function renewed(page: string): string {
  return Object.entries(PARTS).reduce((text, [name, part]) => {
    if (!marker(name).test(text)) {
      throw new Error(`the page has no place for the part "${name}": <!-- ${name} --> ... <!-- end -->`);
    }
    return text.replace(marker(name), (_all, start: string, end: string) => `${start}\n${part()}\n\n${end}`);
  }, page);
}
