import type {
  CreateEndpointInput, DeleteEndpointInput, DescribeEndpointInput, ListEndpointsInput, UpdateEndpointInput, UpdateEndpointWeightsAndCapacitiesInput,
} from '@aws-sdk/client-sagemaker';
import type { CallContext, LocalCloud, Operation } from '../../core/service';
import { endpointNeeds } from '../../iam/implied';
import { checkName, errors, refuse } from '../core/errors';
import { page } from '../core/listing';
import { arnOf, Regional, type Place } from '../core/place';
import type { Tags } from '../core/tags';
import type { PythonHost } from '../processes/python-host';
import type { EndpointConfig, EndpointConfigs } from './configs';
import { shiftTraffic, type Outcome } from './deployment';
import { Endpoint, initialState, type Shift, type VariantState } from './endpoint';
import { Fleet } from './fleet';
import type { Models } from './models';
import { watchAlarms, type RollbackAlarms } from './rollback-alarms';
import { trafficPlan, type TrafficPlan } from './traffic';

export interface EndpointParts {
  readonly cloud: LocalCloud;
  readonly host: PythonHost;
  readonly models: Models;
  readonly tags: Tags;
}

const BUSY = ['Creating', 'Updating', 'RollingBack', 'Deleting'];

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Endpoints: created, updated blue/green, rolled back by alarms, deleted. */
export class Endpoints {
  private readonly endpoints = new Regional(() => new Map<string, Endpoint>());
  private readonly stopping = new AbortController();

  constructor(private readonly parts: EndpointParts, private readonly configs: () => EndpointConfigs) {}

  operations(): Readonly<Record<string, Operation>> {
    return {
      CreateEndpoint: async (input: CreateEndpointInput, context) => this.create(input, context),
      DescribeEndpoint: async (input: DescribeEndpointInput, context) => this.get(input.EndpointName, context).description(),
      UpdateEndpoint: async (input: UpdateEndpointInput, context) => this.update(input, context),
      UpdateEndpointWeightsAndCapacities: async (input: UpdateEndpointWeightsAndCapacitiesInput, context) => this.resize(input, context),
      DeleteEndpoint: async (input: DeleteEndpointInput, context) => this.remove(input, context),
      ListEndpoints: async (input: ListEndpointsInput, context) => {
        const { items, NextToken } = page(this.endpoints.of(context).values(), input);
        return {
          NextToken,
          Endpoints: items.map(({ name, arn, creationTime, lastModifiedTime, status }) => ({
            EndpointName: name, EndpointArn: arn, CreationTime: creationTime, LastModifiedTime: lastModifiedTime, EndpointStatus: status,
          })),
        };
      },
    };
  }

  find(name: string, place: Place): Endpoint | undefined {
    return this.endpoints.of(place).get(name);
  }

  userOf(config: string, place: Place): string | undefined {
    return [...this.endpoints.of(place).values()].find((endpoint) => endpoint.uses(config))?.name;
  }

  /** Ends what is under way; the processes end with their host. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const changes = this.endpoints.all().flatMap((endpoints) => [...endpoints.values()].map(({ change }) => change));
    await Promise.allSettled(changes);
  }

  private get(name: string | undefined, place: Place): Endpoint {
    const endpoint = this.endpoints.of(place).get(name ?? '');
    if (endpoint === undefined) {
      throw errors.invalid(`Could not find endpoint "${arnOf(place, 'endpoint', name ?? '')}".`);
    }
    return endpoint;
  }

  private idle(name: string | undefined, place: Place): Endpoint {
    const endpoint = this.get(name, place);
    if (BUSY.includes(endpoint.status)) {
      throw errors.invalid(`Cannot update in-progress endpoint "${endpoint.arn}" (status ${endpoint.status}).`);
    }
    return endpoint;
  }

  /** What SageMaker does on behalf of the caller must be allowed to the caller. */
  private async onBehalf({ caller, accountId, region }: CallContext, config: EndpointConfig, alarms: readonly string[] = []): Promise<void> {
    const credentials = { accessKeyId: caller.accessKeyId, secretAccessKey: 'not-checked' };
    await this.parts.cloud.require(credentials, endpointNeeds({ accountId, region, keyId: config.input.KmsKeyId, alarms }));
  }

  private async create(input: CreateEndpointInput, context: CallContext): Promise<object> {
    const name = String(input.EndpointName);
    checkName('endpointName', name);
    refuse('CreateEndpoint', input, ['DeploymentConfig']);
    await this.onBehalf(context, this.configs().get(input.EndpointConfigName, context));
    const endpoints = this.endpoints.of(context);
    const arn = arnOf(context, 'endpoint', name);
    if (endpoints.has(name)) {
      throw errors.invalid(`Cannot create already existing endpoint "${arn}".`);
    }
    const place = { accountId: context.accountId, region: context.region };
    const config = this.configs().get(input.EndpointConfigName, place);
    const fleet = this.fleet(name, config, place);
    const endpoint = new Endpoint(name, arn, place, config, this.parts.cloud);
    endpoints.set(name, endpoint);
    this.parts.tags.put(arn, input.Tags);
    endpoint.enter('Creating');
    endpoint.change = this.bringUp(endpoint, fleet);
    return { EndpointArn: arn };
  }

  private fleet(endpointName: string, config: EndpointConfig, place: Place): Fleet {
    return Fleet.create(endpointName, config, place, this.parts);
  }

  private async bringUp(endpoint: Endpoint, fleet: Fleet): Promise<void> {
    try {
      await fleet.start();
      endpoint.live = fleet;
      endpoint.enter('InService');
    } catch (error) {
      endpoint.enter('Failed', text(error));
    }
  }

  private async update(input: UpdateEndpointInput, context: CallContext): Promise<object> {
    const endpoint = this.idle(input.EndpointName, context);
    if (endpoint.status !== 'InService') {
      throw errors.invalid(`Cannot update endpoint "${endpoint.arn}" with status ${endpoint.status}; delete it and create it anew.`);
    }
    const config = this.configs().get(input.EndpointConfigName, context);
    const deployment = input.DeploymentConfig ?? (input.RetainDeploymentConfig === true ? endpoint.lastDeploymentConfig : undefined);
    const variants = nextVariants(endpoint, config, input);
    const instances = Math.min(...[...variants.values()].map((variant) => variant.instances));
    const plan = trafficPlan(deployment, instances);
    await this.onBehalf(context, config, plan.alarms);
    const fleet = this.fleet(endpoint.name, config, context);
    const alarms = watchAlarms(this.parts.cloud, context.accountId, plan.alarms);
    const missing = await alarms.missing();
    if (missing.length > 0) {
      alarms.close();
      throw errors.invalid(`AutoRollbackConfiguration names alarms that do not exist: ${missing.join(', ')}`);
    }
    this.idle(input.EndpointName, context);
    const shift: Shift = { fleet, variants, startTime: new Date(), share: 0, stage: 'Creating' };
    endpoint.shift = shift;
    endpoint.enter('Updating');
    endpoint.change = this.replace(endpoint, shift, plan, alarms).then((rolledBack) => {
      endpoint.lastDeploymentConfig = rolledBack === undefined ? deployment : endpoint.lastDeploymentConfig;
    });
    return { EndpointArn: endpoint.arn };
  }

  private async replace(endpoint: Endpoint, shift: Shift, plan: TrafficPlan, alarms: RollbackAlarms): Promise<Outcome> {
    let outcome: Outcome;
    try {
      await shift.fleet.start();
      outcome = await shiftTraffic(endpoint, shift, plan, alarms, this.parts.cloud.clock, this.stopping.signal);
    } catch (error) {
      outcome = text(error);
    }
    alarms.close();
    if (outcome === undefined) {
      endpoint.enter('InService');
      return undefined;
    }
    shift.share = 0;
    shift.stage = 'Deleting';
    endpoint.enter('RollingBack', outcome);
    await shift.fleet.end();
    endpoint.shift = undefined;
    endpoint.enter('InService', outcome);
    return outcome;
  }

  private resize(input: UpdateEndpointWeightsAndCapacitiesInput, context: CallContext): object {
    const endpoint = this.idle(input.EndpointName, context);
    const wanted = input.DesiredWeightsAndCapacities ?? [];
    const unknown = wanted.find(({ VariantName }) => !endpoint.variants.has(String(VariantName)));
    if (unknown !== undefined) {
      throw errors.invalid(`The variant name "${unknown.VariantName}" does not exist in the endpoint "${endpoint.arn}".`);
    }
    endpoint.enter('Updating');
    for (const { VariantName, DesiredWeight, DesiredInstanceCount } of wanted) {
      const before = endpoint.variants.get(String(VariantName));
      endpoint.variants.set(String(VariantName), { weight: DesiredWeight ?? before?.weight ?? 1, instances: DesiredInstanceCount ?? before?.instances ?? 1 });
    }
    endpoint.change = Promise.resolve().then(() => endpoint.enter('InService'));
    return { EndpointArn: endpoint.arn };
  }

  private remove(input: DeleteEndpointInput, context: CallContext): object {
    const endpoint = this.idle(input.EndpointName, context);
    const { live } = endpoint;
    endpoint.live = undefined;
    endpoint.enter('Deleting');
    endpoint.change = (live?.end() ?? Promise.resolve()).then(() => {
      this.endpoints.of(context).delete(endpoint.name);
      this.parts.tags.drop(endpoint.arn);
    });
    return {};
  }
}

/** Variants after the update: those of the new configuration, or what the endpoint has now where that is to be kept. */
export function nextVariants(endpoint: Pick<Endpoint, 'name' | 'variants'>, config: EndpointConfig, input: UpdateEndpointInput): Map<string, VariantState> {
  const next = initialState(config.variants);
  const names = (variants: ReadonlyMap<string, unknown>): string => [...variants.keys()].sort().join(', ');
  if (names(next) !== names(endpoint.variants)) {
    throw errors.invalid(
      `the configuration ${config.name} has the variants ${names(next)}; a blue/green update of ${endpoint.name} needs the same as now: `
      + names(endpoint.variants),
    );
  }
  if (input.RetainAllVariantProperties !== true) {
    return next;
  }
  const excluded = (input.ExcludeRetainedVariantProperties ?? []).map(({ VariantPropertyType }) => VariantPropertyType);
  return new Map([...next].map(([name, fresh]) => {
    const now = endpoint.variants.get(name) ?? fresh;
    return [name, {
      weight: excluded.includes('DesiredWeight') ? fresh.weight : now.weight,
      instances: excluded.includes('DesiredInstanceCount') ? fresh.instances : now.instances,
    }];
  }));
}
