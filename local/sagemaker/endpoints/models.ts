import type { ContainerDefinition, CreateModelInput, DeleteModelInput, DescribeModelInput, ListModelsInput } from '@aws-sdk/client-sagemaker';
import { actingService } from '../../core/keys';
import type { CallContext, LocalCloud, Operation } from '../../core/service';
import { checkName, errors, refuse } from '../core/errors';
import { page, type Listed } from '../core/listing';
import { arnOf, Regional, type Place } from '../core/place';
import type { Tags } from '../core/tags';
import { Transfer } from '../core/transfer';
import { firstContainer, type RegistryBook } from '../registry/book';

/** What a model server needs of a model, however it was given. */
export interface ServedContainer {
  readonly image: string;
  readonly modelDataUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Model extends Listed {
  readonly arn: string;
  readonly input: CreateModelInput;
  readonly roleArn: string;
  readonly container: ServedContainer;
}

const CONTAINER_MEMBERS_NOT_HERE = ['ModelDataSource', 'ImageConfig', 'InferenceSpecificationName', 'MultiModelConfig', 'AdditionalModelDataSources'];

/** SageMaker models: from a package of the registry, also another account's, or from image and model data. */
export class Models {
  private readonly models = new Regional(() => new Map<string, Model>());

  constructor(private readonly cloud: LocalCloud, private readonly book: RegistryBook, private readonly tags: Tags) {}

  operations(): Readonly<Record<string, Operation>> {
    return {
      CreateModel: async (input: CreateModelInput, context) => this.create(input, context),
      DescribeModel: async (input: DescribeModelInput, context) => {
        const { input: request, arn, creationTime } = this.get(input.ModelName, context);
        const { Tags: _tags, ...described } = request;
        return { ...described, ModelArn: arn, CreationTime: creationTime, EnableNetworkIsolation: described.EnableNetworkIsolation ?? false };
      },
      DeleteModel: async (input: DeleteModelInput, context) => {
        const model = this.get(input.ModelName, context);
        this.models.of(context).delete(model.name);
        this.tags.drop(model.arn);
        return {};
      },
      ListModels: async (input: ListModelsInput, context) => {
        const { items, NextToken } = page(this.models.of(context).values(), input);
        return { NextToken, Models: items.map(({ name, arn, creationTime }) => ({ ModelName: name, ModelArn: arn, CreationTime: creationTime })) };
      },
    };
  }

  get(name: string | undefined, place: Place): Model {
    const model = this.models.of(place).get(name ?? '');
    if (model === undefined) {
      throw errors.invalid(`Could not find model "${arnOf(place, 'model', name ?? '')}".`);
    }
    return model;
  }

  private async create(input: CreateModelInput, context: CallContext): Promise<object> {
    const name = String(input.ModelName);
    checkName('modelName', name);
    refuse('CreateModel', input, ['InferenceExecutionConfig']);
    const models = this.models.of(context);
    const arn = arnOf(context, 'model', name);
    if (models.has(name)) {
      throw errors.invalid(`Cannot create already existing model "${arn}".`);
    }
    if (input.ExecutionRoleArn === undefined) {
      throw errors.unsupported('CreateModel without ExecutionRoleArn');
    }
    const container = this.container(input, context);
    await this.checkModelData(container.modelDataUrl, input.ExecutionRoleArn, name, arn);
    models.set(name, { name, arn, creationTime: new Date(), input, roleArn: input.ExecutionRoleArn, container });
    this.tags.put(arn, input.Tags);
    return { ModelArn: arn };
  }

  private container(input: CreateModelInput, context: CallContext): ServedContainer {
    const given = [...(input.PrimaryContainer === undefined ? [] : [input.PrimaryContainer]), ...(input.Containers ?? [])];
    const [definition] = given;
    if (definition === undefined) {
      throw errors.invalid('a model needs PrimaryContainer or Containers');
    }
    if (given.length > 1) {
      throw errors.unsupported('CreateModel with more than one container (an inference pipeline)');
    }
    refuse('CreateModel container', definition, CONTAINER_MEMBERS_NOT_HERE);
    if ((definition.Mode ?? 'SingleModel') !== 'SingleModel') {
      throw errors.unsupported(`CreateModel with container mode ${definition.Mode}`);
    }
    const base = definition.ModelPackageName === undefined ? definition : this.fromPackage(definition, context);
    if (base.Image === undefined || base.ModelDataUrl === undefined) {
      throw errors.invalid('a container needs ModelPackageName, or Image and ModelDataUrl');
    }
    return { image: base.Image, modelDataUrl: base.ModelDataUrl, environment: { ...base.Environment, ...definition.Environment } };
  }

  private fromPackage(definition: ContainerDefinition, context: CallContext): Pick<ContainerDefinition, 'Image' | 'ModelDataUrl' | 'Environment'> {
    const found = this.book.package(definition.ModelPackageName, context);
    if (found.status !== 'Completed') {
      throw errors.invalid(`the model package ${found.arn} has status ${found.status}; a model needs Completed`);
    }
    return firstContainer(found.input.InferenceSpecification) ?? {};
  }

  /** SageMaker looks at the model data with the model's role when the model is created. */
  private async checkModelData(uri: string, roleArn: string, name: string, arn: string): Promise<void> {
    const by = actingService('sagemaker', arn.split(':')[4] ?? '', arn);
    const transfer = new Transfer(this.cloud, this.cloud.credentialsOf(roleArn, name, by));
    try {
      await transfer.head(uri);
    } catch (error) {
      throw errors.invalid(
        `Could not access model data at ${uri}. Please ensure that the role "${roleArn}" exists, that it may read the object, and that the object exists `
        + `(${(error as Error).name})`,
      );
    } finally {
      transfer.close();
    }
  }
}
