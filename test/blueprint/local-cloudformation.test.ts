import { environments } from '../../bin/environments';
import { unsupported } from '../../local/cloudformation/plan';
import { HANDLERS } from '../../local/cloudformation/resources';
import type { Template } from '../../local/cloudformation/template';
import { synthesizeBlueprint } from '../support/blueprint';

/** Every option on, so that nothing that an environment may ask for is left out. */
const everything = environments.map((environment) => ({ ...environment, evidenceLockDays: 30, alarmEmails: ['on-call@example.com'], monthlyBudget: 50, people: { signIn: { type: 'iam' as const, mfa: true } } }));

test.each([['as they are', environments], ['with every option on', everything]])(
  'the local AWS makes every resource type and property of the environments %s',
  (_name, chosen) => {
    const templates = [...synthesizeBlueprint(chosen).templates.values()].map((template) => template.toJSON() as Template);
    const problems = templates.flatMap((template) => unsupported(template, new Set(Object.keys(template.Resources)), HANDLERS));
    expect([...new Set(problems.map((problem) => problem.replace(/ \(\w+\)/, '')))]).toEqual([]);
  },
  60_000,
);
