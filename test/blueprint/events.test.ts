import { environments } from '../../bin/environments';
import type { EnvironmentConfig } from '../../lib/config/environment';
import { synthesizeBlueprint } from '../support/blueprint';

/** Events that cross accounts: whoever sends is let in, and somebody listens. */

interface Pattern {
  readonly source: readonly string[];
  readonly account?: readonly string[];
  readonly 'detail-type': readonly string[];
}

interface Rule {
  readonly stack: string;
  readonly account: string;
  readonly bus: string;
  readonly pattern: Pattern;
  readonly targets: readonly { readonly Arn: unknown; readonly RoleArn?: unknown; readonly DeadLetterConfig?: unknown }[];
  readonly roleNames: readonly string[];
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

function read(chosen: readonly EnvironmentConfig[]) {
  const rules: Rule[] = [];
  const admitted: { readonly account: string; readonly bus: string; readonly sender: string; readonly roles: string }[] = [];
  const parameters: string[] = [];
  for (const [stack, template] of synthesizeBlueprint(chosen).templates) {
    const environment = chosen.find(({ name }) => stack.startsWith(`${name}-`)) ?? chosen[0];
    const serves = /-(Serving\w*|\w+(Serving|Monitoring))$/.test(stack);
    const account = serves ? (environment.serving.account ?? environment.development.account) : environment.development.account;
    const resources = template.toJSON().Resources as Record<string, Resource>;
    for (const { Type, Properties } of Object.values(resources)) {
      if (Type === 'AWS::Events::Rule' && Properties.EventPattern !== undefined) {
        const targets = Properties.Targets as Rule['targets'];
        const roleNames = targets.flatMap(({ RoleArn }) => {
          const id = (RoleArn as { 'Fn::GetAtt'?: string[] } | undefined)?.['Fn::GetAtt']?.[0];
          return id === undefined ? [] : [String(resources[id].Properties.RoleName)];
        });
        rules.push({ stack, account, bus: String(Properties.EventBusName ?? 'default'), pattern: Properties.EventPattern as Pattern, targets, roleNames });
      }
      if (Type === 'AWS::Events::EventBusPolicy') {
        const { Principal, Condition } = Properties.Statement as { Principal: { AWS: string }; Condition: { ArnLike: Record<string, string> } };
        admitted.push({ account, bus: `mlops-${environment.name}`, sender: /::(\d{12}):/.exec(Principal.AWS)?.[1] ?? '', roles: Condition.ArnLike['aws:PrincipalArn'] });
      }
      if (Type === 'AWS::IAM::ManagedPolicy' && JSON.stringify(Properties.PolicyDocument).includes('"ssm:PutParameter"')) {
        parameters.push(`${account} ${stack}`);
      }
    }
  }
  const crossing = rules.flatMap((rule) =>
    rule.targets.flatMap((target) => {
      const [, account, bus] = /:events:[^:]+:(\d{12}):event-bus\/([\w-]+)/.exec(typeof target.Arn === 'string' ? target.Arn : JSON.stringify(target.Arn)) ?? [];
      return account === undefined ? [] : [{ rule, target, to: { account, bus } }];
    }),
  );
  return { rules, admitted, crossing, parameters };
}

const six = environments.map((environment, index) => ({ ...environment, serving: { ...environment.serving, account: String(7 + index).repeat(12) } }));

describe.each([
  ['three accounts', environments, ['333333333333 > 222222222222 SageMaker Model Package State Change', '222222222222 > 333333333333 QualificationFinished', '333333333333 > 222222222222 ChampionChanged']],
  [
    'six accounts',
    six,
    [
      '333333333333 > 888888888888 SageMaker Model Package State Change',
      '333333333333 > 999999999999 SageMaker Model Package State Change',
      '333333333333 > 999999999999 Object Created',
      '888888888888 > 333333333333 QualificationFinished',
      '999999999999 > 222222222222 ChampionChanged',
      '999999999999 > 333333333333 ChampionChanged',
      '999999999999 > 333333333333 PromotionRolledBack',
    ],
  ],
])('with %s', (_name, chosen, expected) => {
  const app = read(chosen);

  test('these events cross accounts', () => {
    const crossing = app.crossing.map(({ rule, to }) => `${rule.account} > ${to.account} ${rule.pattern['detail-type'].join()}`);
    expect([...new Set(crossing)].toSorted()).toEqual(expected.toSorted());
  });

  test('the receiving bus lets the sending role in', () => {
    for (const { rule, to } of app.crossing) {
      const doors = app.admitted.filter(({ account, bus, sender }) => account === to.account && bus === to.bus && sender === rule.account);
      const opened = doors.some(({ roles }) => rule.roleNames.some((name) => new RegExp(`^${roles.replace('*', '.*')}$`).test(`arn:aws:iam::${rule.account}:role/${name}`)));
      expect({ from: rule.stack, to: to.account, opened }).toEqual({ from: rule.stack, to: to.account, opened: true });
    }
  });

  test('somebody there listens for it, from that account', () => {
    for (const { rule, to } of app.crossing) {
      const listening = app.rules.filter(
        ({ account, bus, pattern }) =>
          account === to.account &&
          bus === to.bus &&
          pattern['detail-type'].join() === rule.pattern['detail-type'].join() &&
          pattern.source.join() === rule.pattern.source.join() &&
          (pattern.account === undefined || pattern.account.includes(rule.account)),
      );
      expect({ from: rule.stack, type: rule.pattern['detail-type'], listening: listening.length > 0 }).toEqual({ from: rule.stack, type: rule.pattern['detail-type'], listening: true });
    }
  });

  test('what could not be delivered is kept', () => {
    expect(app.crossing.filter(({ target }) => target.DeadLetterConfig === undefined)).toEqual([]);
  });

  test('the champion is written where it is promoted, and where it is told of', () => {
    const told = app.crossing.filter(({ rule }) => rule.pattern['detail-type'].includes('ChampionChanged')).map(({ to }) => to.account);
    const serving = chosen.at(-1)?.serving.account ?? chosen.at(-1)?.development.account ?? '';
    expect(app.parameters.map((entry) => entry.split(' ')[0]).toSorted()).toEqual([...told, serving].toSorted());
  });
});

test('in one account there is nobody to tell: the promotion writes the only record', () => {
  const one = environments.map((environment) => ({ ...environment, development: { ...environment.development, account: '111111111111' } }));
  const { crossing, parameters } = read(one);
  expect(crossing.filter(({ rule }) => rule.pattern['detail-type'].includes('ChampionChanged'))).toEqual([]);
  expect(parameters).toEqual(['111111111111 prod-EmploymentServing']);
});
