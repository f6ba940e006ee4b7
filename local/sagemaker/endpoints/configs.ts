import type {
  CreateEndpointConfigInput, DeleteEndpointConfigInput, DescribeEndpointConfigInput, ListEndpointConfigsInput, ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import type { CallContext, Operation } from '../../core/service';
import { checkName, errors, refuse } from '../core/errors';
import { page, type Listed } from '../core/listing';
import { arnOf, Regional, type Place } from '../core/place';
import type { Tags } from '../core/tags';
import type { Models } from './models';

export interface EndpointConfig extends Listed {
  readonly arn: string;
  readonly input: CreateEndpointConfigInput;
  readonly variants: readonly ProductionVariant[];
}

const VARIANT_MEMBERS_NOT_HERE = ['ServerlessConfig', 'ManagedInstanceScaling', 'CoreDumpConfig', 'AcceleratorType'];

/** Endpoint configurations; they never change once made. Data capture, keys and metrics settings are kept and shown, not acted on. */
export class EndpointConfigs {
  private readonly configs = new Regional(() => new Map<string, EndpointConfig>());

  /** @param user name of an endpoint that uses the configuration or is on its way to it */
  constructor(
    private readonly models: Models,
    private readonly tags: Tags,
    private readonly user: (config: string, place: Place) => string | undefined,
  ) {}

  operations(): Readonly<Record<string, Operation>> {
    return {
      CreateEndpointConfig: async (input: CreateEndpointConfigInput, context) => this.create(input, context),
      DescribeEndpointConfig: async (input: DescribeEndpointConfigInput, context) => {
        const { input: request, arn, creationTime } = this.get(input.EndpointConfigName, context);
        const { Tags: _tags, ...described } = request;
        return { ...described, EndpointConfigArn: arn, CreationTime: creationTime };
      },
      DeleteEndpointConfig: async (input: DeleteEndpointConfigInput, context) => this.remove(input, context),
      ListEndpointConfigs: async (input: ListEndpointConfigsInput, context) => {
        const { items, NextToken } = page(this.configs.of(context).values(), input);
        const summary = ({ name, arn, creationTime }: EndpointConfig): object => ({ EndpointConfigName: name, EndpointConfigArn: arn, CreationTime: creationTime });
        return { NextToken, EndpointConfigs: items.map(summary) };
      },
    };
  }

  get(name: string | undefined, place: Place): EndpointConfig {
    const config = this.configs.of(place).get(name ?? '');
    if (config === undefined) {
      throw errors.invalid(`Could not find endpoint configuration "${arnOf(place, 'endpoint-config', name ?? '')}".`);
    }
    return config;
  }

  private create(input: CreateEndpointConfigInput, context: CallContext): object {
    const name = String(input.EndpointConfigName);
    checkName('endpointConfigName', name);
    refuse('CreateEndpointConfig', input, ['AsyncInferenceConfig', 'ExplainerConfig', 'ShadowProductionVariants', 'VpcConfig', 'EnableNetworkIsolation']);
    const configs = this.configs.of(context);
    const arn = arnOf(context, 'endpoint-config', name);
    if (configs.has(name)) {
      throw errors.invalid(`Cannot create already existing endpoint configuration "${arn}".`);
    }
    const variants = input.ProductionVariants ?? [];
    if (variants.length < 1 || variants.length > 10) {
      throw errors.invalid(`ProductionVariants holds ${variants.length} variants; allowed are 1 to 10`);
    }
    const names = variants.map(({ VariantName }) => VariantName);
    if (new Set(names).size !== names.length) {
      throw errors.invalid(`ProductionVariants names a variant twice: ${names.join(', ')}`);
    }
    variants.forEach((variant) => this.checkVariant(variant, context));
    configs.set(name, { name, arn, creationTime: new Date(), input, variants });
    this.tags.put(arn, input.Tags);
    return { EndpointConfigArn: arn };
  }

  private checkVariant(variant: ProductionVariant, place: Place): void {
    checkName('variantName', String(variant.VariantName));
    refuse(`CreateEndpointConfig variant ${variant.VariantName}`, variant, VARIANT_MEMBERS_NOT_HERE);
    if (variant.ModelName === undefined) {
      throw errors.unsupported(`CreateEndpointConfig: variant ${variant.VariantName} without ModelName (inference components)`);
    }
    this.models.get(variant.ModelName, place);
    if ((variant.InitialInstanceCount ?? 0) < 1 || variant.InstanceType === undefined) {
      throw errors.invalid(`the variant ${variant.VariantName} needs InstanceType and an InitialInstanceCount of at least 1`);
    }
  }

  private remove(input: DeleteEndpointConfigInput, context: CallContext): object {
    const config = this.get(input.EndpointConfigName, context);
    const user = this.user(config.name, context);
    if (user !== undefined) {
      throw errors.invalid(`Cannot delete endpoint configuration "${config.arn}": the endpoint ${user} uses it or is being updated to it.`);
    }
    this.configs.of(context).delete(config.name);
    this.tags.drop(config.arn);
    return {};
  }
}
