/** What an environment costs while nothing happens: no training, no traffic, next to no data. */

/** The price list, `docs/prices.json`. */
export interface PriceList {
  readonly date: string;
  readonly currency: string;
  readonly hoursPerMonth: number;
  /** Of one resource a month, by type. */
  readonly monthly: Readonly<Record<string, { readonly price: number; readonly what: string }>>;
  /** Of an hour of one instance that serves. */
  readonly instanceHour: Readonly<Record<string, number>>;
}

/** An endpoint that is always on. No template holds it: the promotion makes it. */
export interface StandingEndpoint {
  readonly environment: string;
  readonly name: string;
  readonly instanceType: string;
  readonly instanceCount: number;
}

export interface CostItem {
  readonly environment: string;
  readonly what: string;
  readonly count: number;
  /** Of all of them, a month. */
  readonly monthly: number;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Types of a template's resources as often as each is paid: an interface endpoint by zone, a gateway endpoint never. */
export const paidTypes = (resources: Readonly<Record<string, Resource>> = {}): string[] =>
  Object.values(resources).flatMap(({ Type, Properties = {} }) =>
    Type !== 'AWS::EC2::VPCEndpoint' ? [Type] : Array.from({ length: Array.isArray(Properties.SubnetIds) ? Properties.SubnetIds.length : 0 }, () => Type),
  );

interface TypesOfStack {
  readonly environment: string;
  readonly types: readonly string[];
}

/**
 * Types whose resources cost by use alone, or nothing: a type in neither list fails, so that no new cost is overlooked.
 */
const BY_USE_OR_FREE =
  /^AWS::(S3|IAM|Lambda|Logs|SQS|SNS|SSM|Events|Scheduler|StepFunctions|DynamoDB|KinesisFirehose|CloudTrail|Budgets|SageMaker|CDK|ApplicationAutoScaling)::|^AWS::KMS::Alias$|^AWS::EC2::(VPC|Subnet|SubnetRouteTableAssociation|RouteTable|SecurityGroup|SecurityGroupIngress|SecurityGroupEgress|FlowLog)$/;

/** SageMaker's types that cost while they stand. */
const STANDING = ['AWS::SageMaker::Endpoint', 'AWS::SageMaker::NotebookInstance', 'AWS::SageMaker::MlflowTrackingServer'];

/**
 * Idle costs by environment and driver.
 *
 * @throws when the price list lacks a type or an instance type
 */
export function idleCosts(stacks: readonly TypesOfStack[], endpoints: readonly StandingEndpoint[], prices: PriceList): CostItem[] {
  const environments = [...new Set(stacks.map(({ environment }) => environment))];
  return environments.flatMap((environment) => {
    const types = stacks.filter((stack) => stack.environment === environment).flatMap((stack) => stack.types);
    const resources = [...new Set(types)].toSorted().flatMap((type): CostItem[] => {
      const price = prices.monthly[type];
      if (price === undefined) {
        if (BY_USE_OR_FREE.test(type) && !STANDING.includes(type)) {
          return [];
        }
        throw new Error(`docs/prices.json has no monthly price of ${type}; add it, or name the type in lib/compliance/cost.ts if it costs by use alone`);
      }
      const count = types.filter((other) => other === type).length;
      return [{ environment, what: price.what, count, monthly: count * price.price }];
    });
    const instances = endpoints.filter((endpoint) => endpoint.environment === environment).map(({ name, instanceType, instanceCount }) => {
      const hour = prices.instanceHour[instanceType];
      if (hour === undefined) {
        throw new Error(`docs/prices.json has no instanceHour of ${instanceType}, which ${name} runs on; add it`);
      }
      return { environment, what: `instance ${instanceType} of the endpoint ${name}`, count: instanceCount, monthly: instanceCount * hour * prices.hoursPerMonth };
    });
    return [...resources, ...instances];
  });
}

/** The table of `docs/cost.md`. */
export function costTable(items: readonly CostItem[], { currency }: PriceList): string {
  const money = (value: number): string => value.toFixed(2);
  const environments = [...new Set(items.map(({ environment }) => environment))];
  return [
    `| environment | idle cost driver | number | ${currency} a month |`,
    '|---|---|---:|---:|',
    ...environments.flatMap((environment) => {
      const own = items.filter((item) => item.environment === environment);
      return [
        ...own.map(({ what, count, monthly }) => `| ${environment} | ${what} | ${count} | ${money(monthly)} |`),
        `| **${environment}** | **together** | | **${money(own.reduce((sum, { monthly }) => sum + monthly, 0))}** |`,
      ];
    }),
  ].join('\n');
}

/** Puts the table between the marks of a page. @throws when the page has none */
export function withTable(page: string, table: string): string {
  const marks = /(<!-- idle costs -->\n)[\s\S]*?(<!-- end -->)/;
  if (!marks.test(page)) {
    throw new Error('docs/cost.md has no marks <!-- idle costs --> and <!-- end -->');
  }
  return page.replace(marks, (_all, start: string, end: string) => `${start}\n${table}\n\n${end}`);
}
