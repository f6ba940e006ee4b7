import type { GateResult } from '../../../lambda/gate/contract';
import { approvalKey } from '../../../lambda/shared/release/contract';
import { Bench, failsWith, type FakeTasks } from '../../local/stepfunctions/support';
import type { DefinitionJson } from '../../support/asl';

/** ARN of the model package that the tests release: version 7. */
export const PACKAGE_ARN = 'arn:aws:sagemaker:eu-central-1:333333333333:model-package/prod-employment/7';
export const DIGEST = 'a'.repeat(64);

interface Endpoint {
  status: string;
  config: string;
  /** What it becomes when it is looked at next. */
  then?: { readonly status: string; readonly config: string } | 'gone';
}

type Arguments = Readonly<Record<string, unknown>>;

interface Item {
  readonly pk: { readonly S: string };
  readonly owner: { readonly S: string };
}

/** What may go wrong. */
export interface Troubles {
  /** Names of states' calls that fail, e.g. `createModel`, with the cause. */
  readonly failing?: Readonly<Record<string, string>>;
  /** The shift ends on the old configuration, with this alarm on. */
  readonly rollsBack?: string;
  /** Status in which a new endpoint ends. */
  readonly newEndpointStatus?: string;
  /** Times that the lock is taken by somebody else. */
  readonly lockedTimes?: number;
  /** Times that the endpoint is in the middle of a change when it is looked at. */
  readonly busyTimes?: number;
}

/** SageMaker, DynamoDB, CloudWatch and the rest as the release machines see them: enough state to tell what a machine leaves behind. */
export class World {
  readonly models = new Set<string>();
  readonly configs = new Map<string, string>();
  readonly alarms = new Set<string>();
  readonly log: string[] = [];
  readonly calls: { readonly name: string; readonly input: Arguments }[] = [];
  readonly told: Arguments[] = [];
  endpoint?: Endpoint;
  lock?: string;
  /** Execution that acted on the approval. */
  claim?: string;
  champion?: Arguments;
  private busy: number;
  private locked: number;

  constructor(private readonly troubles: Troubles, private readonly gate: Partial<GateResult> | Error, private readonly admitted: Arguments = {}) {
    this.busy = troubles.busyTimes ?? 0;
    this.locked = troubles.lockedTimes ?? 0;
  }

  /** Puts a version into service, as an earlier promotion left it. */
  serving(fleet: string): this {
    this.models.add(fleet);
    this.configs.set(fleet, fleet);
    this.endpoint = { status: 'InService', config: fleet };
    return this;
  }

  /** Records the served version as champion. */
  crowned(packageDigest: string): this {
    this.champion = { packageDigest, endpointConfigName: this.endpoint?.config };
    return this;
  }

  /** Runs a machine to its end. */
  async run(definition: DefinitionJson): Promise<{ status?: string; error?: string; cause?: string; output?: string }> {
    const bench = new Bench(this.tasks());
    return bench.run(definition, { modelPackageArn: PACKAGE_ARN, packageDigest: DIGEST });
  }

  /** Input of the last call of this name. */
  input(name: string): Arguments {
    return this.calls.findLast((call) => call.name === name)?.input ?? {};
  }

  /** Everything that a release may leave behind. */
  get left(): { models: string[]; configs: string[]; alarms: string[]; endpoint?: string; locked: boolean } {
    return {
      models: [...this.models],
      configs: [...this.configs.keys()],
      alarms: [...this.alarms],
      endpoint: this.endpoint?.config,
      locked: this.lock !== undefined,
    };
  }

  private tasks(): FakeTasks {
    const sageMaker = (action: string, answer: (input: Arguments) => unknown): FakeTasks => ({ [`aws-sdk:sagemaker:${action}`]: (input) => this.answer(action, input as Arguments, answer) });
    const missing = (what: string): never => failsWith('SageMaker.SageMakerException', `Could not find ${what}.`)();
    return {
      ...sageMaker('describeModelPackage', () => ({
        ModelPackageArn: PACKAGE_ARN,
        MetadataProperties: { GeneratedBy: DIGEST },
        CustomerMetadataProperties: { goldenUri: 's3://artifacts/golden.json' },
      })),
      ...sageMaker('createModel', ({ ModelName }) => this.models.add(String(ModelName))),
      ...sageMaker('createEndpointConfig', ({ EndpointConfigName, ProductionVariants }) => {
        const [variant] = ProductionVariants as { ModelName: string }[];
        this.configs.set(String(EndpointConfigName), variant?.ModelName ?? '');
      }),
      ...sageMaker('describeEndpointConfig', ({ EndpointConfigName }) => ({ EndpointConfigName, ProductionVariants: [{ ModelName: this.configs.get(String(EndpointConfigName)) }] })),
      ...sageMaker('createEndpoint', ({ EndpointConfigName }) => {
        const config = String(EndpointConfigName);
        this.endpoint = { status: 'Creating', config, then: { status: this.troubles.newEndpointStatus ?? 'InService', config } };
      }),
      ...sageMaker('updateEndpoint', ({ EndpointConfigName, DeploymentConfig }) => {
        const old = this.endpoint?.config ?? '';
        const back = this.troubles.rollsBack !== undefined && DeploymentConfig !== undefined;
        this.endpoint = { status: 'Updating', config: old, then: { status: 'InService', config: back ? old : String(EndpointConfigName) } };
      }),
      ...sageMaker('describeEndpoint', () => this.look() ?? missing('endpoint "prod-employment"')),
      ...sageMaker('deleteEndpoint', () => {
        if (this.endpoint !== undefined) {
          this.endpoint = { ...this.endpoint, status: 'Deleting', then: 'gone' };
        }
      }),
      ...sageMaker('deleteEndpointConfig', ({ EndpointConfigName: name }) => this.configs.delete(String(name)) || missing(`endpoint configuration "${String(name)}"`)),
      ...sageMaker('deleteModel', ({ ModelName: name }) => this.models.delete(String(name)) || missing(`model "${String(name)}"`)),
      'aws-sdk:dynamodb:putItem': (input) => this.answer('putItem', input as Arguments, ({ Item }) => this.put(Item as Item)),
      'aws-sdk:dynamodb:deleteItem': (input) => this.answer('deleteItem', input as Arguments, () => {
        this.lock = undefined;
      }),
      'aws-sdk:cloudwatch:putMetricAlarm': (input) => this.answer('putMetricAlarm', input as Arguments, ({ AlarmName }) => this.alarms.add(String(AlarmName))),
      'aws-sdk:cloudwatch:deleteAlarms': (input) => this.answer('deleteAlarms', input as Arguments, ({ AlarmNames }) => (AlarmNames as string[]).forEach((name) => this.alarms.delete(name))),
      'aws-sdk:cloudwatch:describeAlarms': (input) => this.answer('describeAlarms', input as Arguments, () => ({
        MetricAlarms: [...this.alarms].map((AlarmName) => ({ AlarmName, StateValue: AlarmName === this.troubles.rollsBack ? 'ALARM' : 'OK', StateReason: 'one datapoint above 0.05' })),
      })),
      'aws-sdk:ssm:putParameter': (input) => this.answer('putParameter', input as Arguments, ({ Value }) => {
        this.champion = JSON.parse(String(Value)) as Arguments;
      }),
      'aws-sdk:ssm:getParameter': (input) => this.answer('getParameter', input as Arguments, () =>
        (this.champion === undefined ? failsWith('Ssm.ParameterNotFoundException', 'no such parameter')() : { Parameter: { Value: JSON.stringify(this.champion) } })),
      'events:putEvents': (input) => this.answer('putEvents', input as Arguments, ({ Entries }) => {
        this.told.push(...(Entries as Arguments[]));
      }),
      'lambda:invoke': (input) => this.answer('invoke', input as Arguments, () => ({ Payload: this.admitted })),
      'states:startExecution.sync:2': (input) => this.answer('gate', (input as { Input: Arguments }).Input, () => this.judge()),
    };
  }

  private answer(name: string, input: Arguments, answer: (input: Arguments) => unknown): unknown {
    this.calls.push({ name, input });
    this.log.push(name);
    const cause = this.troubles.failing?.[name];
    if (cause !== undefined) {
      failsWith('SageMaker.SageMakerException', cause)();
    }
    return answer(input) ?? {};
  }

  private look(): object | undefined {
    const { endpoint } = this;
    if (endpoint === undefined) {
      return undefined;
    }
    if (this.busy > 0) {
      this.busy -= 1;
      return { EndpointStatus: 'SystemUpdating', EndpointConfigName: endpoint.config };
    }
    const seen = { EndpointStatus: endpoint.status, EndpointConfigName: endpoint.config };
    if (endpoint.then !== undefined) {
      this.endpoint = endpoint.then === 'gone' ? undefined : endpoint.then;
    }
    return seen;
  }

  private put({ pk, owner }: Item): void {
    const refuse = failsWith('DynamoDb.ConditionalCheckFailedException', 'The conditional request failed');
    if (pk.S.startsWith(approvalKey(''))) {
      if (this.claim !== undefined && this.claim !== owner.S) {
        refuse();
      }
      this.claim = owner.S;
      return;
    }
    if (this.locked > 0) {
      this.locked -= 1;
      refuse();
    }
    this.lock = owner.S;
  }

  private judge(): object {
    if (this.gate instanceof Error) {
      return failsWith('States.TaskFailed', this.gate.message)();
    }
    return {
      Output: { gate: 'gate', outcome: 'passed', verdictUri: 's3://evidence/verdict.json', verdictSha256: 'b'.repeat(64), reason: '', ...this.gate },
    };
  }
}
