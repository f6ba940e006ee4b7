import type {
  CreateModelPackageInput, DeleteModelPackageInput, DescribeModelPackageInput, ListModelPackagesInput, Tag, UpdateModelPackageInput,
} from '@aws-sdk/client-sagemaker';
import type { CallContext, LocalCloud, Operation } from '../../core/service';
import { checkName, errors, oneOf, refuse } from '../core/errors';
import { page } from '../core/listing';
import { arnOf } from '../core/place';
import type { Tags } from '../core/tags';
import { userContext, type ModelPackage, type RegistryBook } from './book';
import { APPROVALS, checkCustomerMetadata, checkDescription, checkMetadataProperties, checkModelCard } from './limits';

const STATUS_DETAILS = { ValidationStatuses: [], ImageScanStatuses: [] };
const NOT_HERE = ['SourceAlgorithmSpecification', 'ValidationSpecification', 'SourceUri', 'ManagedStorageType'];

/** Versions of models with their documents, and who approved them. */
export class ModelPackages {
  private readonly tokens = new Map<string, ModelPackage>();

  constructor(private readonly cloud: LocalCloud, private readonly book: RegistryBook, private readonly tags: Tags) {}

  operations(): Readonly<Record<string, Operation>> {
    return {
      CreateModelPackage: async (input: CreateModelPackageInput, context) => this.create(input, context),
      DescribeModelPackage: async (input: DescribeModelPackageInput, context) =>
        description(this.book.package(input.ModelPackageName, context)),
      UpdateModelPackage: async (input: UpdateModelPackageInput, context) => this.update(input, context),
      DeleteModelPackage: async (input: DeleteModelPackageInput, context) => this.remove(input, context),
      ListModelPackages: async (input: ListModelPackagesInput, context) => this.list(input, context),
    };
  }

  private create(input: CreateModelPackageInput & { readonly Tags?: Tag[] }, context: CallContext): object {
    refuse('CreateModelPackage', input, NOT_HERE);
    checkDescription('ModelPackageDescription', input.ModelPackageDescription);
    oneOf('modelApprovalStatus', input.ModelApprovalStatus, APPROVALS);
    checkCustomerMetadata(input.CustomerMetadataProperties);
    checkMetadataProperties(input.MetadataProperties);
    checkModelCard(input.ModelCard);
    checkSpecification(input);
    const token = `${context.accountId}/${input.ClientToken}`;
    const repeated = input.ClientToken === undefined ? undefined : this.tokens.get(token);
    if (repeated !== undefined) {
      return { ModelPackageArn: repeated.arn };
    }
    const made = input.ModelPackageGroupName === undefined ? this.single(input, context) : this.versioned(input, context);
    if (input.ClientToken !== undefined) {
      this.tokens.set(token, made);
    }
    this.tags.put(made.arn, input.Tags);
    this.announce(made);
    return { ModelPackageArn: made.arn };
  }

  private versioned(input: CreateModelPackageInput, context: CallContext): ModelPackage {
    const group = this.book.group(input.ModelPackageGroupName, context);
    group.lastVersion += 1;
    const version = group.lastVersion;
    const arn = `${group.arn.replace(':model-package-group/', ':model-package/')}/${version}`;
    const complete = { ModelApprovalStatus: 'PendingManualApproval' as const, ...input, ModelPackageGroupName: group.name };
    const made = this.make(group.name, arn, complete, context, { group, version });
    group.packages.set(version, made);
    return made;
  }

  private single(input: CreateModelPackageInput, context: CallContext): ModelPackage {
    const name = input.ModelPackageName ?? '';
    checkName('modelPackageName', name);
    const { single } = this.book.of(context);
    const arn = arnOf(context, 'model-package', name);
    if (single.has(name)) {
      throw errors.invalid(`Model package already exists: ${arn}`);
    }
    const made = this.make(name, arn, input, context, {});
    single.set(name, made);
    return made;
  }

  private make(name: string, arn: string, input: CreateModelPackageInput, context: CallContext, more: Pick<ModelPackage, 'group' | 'version'>): ModelPackage {
    const now = new Date();
    return {
      name, arn, place: { accountId: context.accountId, region: context.region }, input, creationTime: now, lastModifiedTime: now, status: 'Completed',
      createdBy: userContext(context.caller), ...more,
    };
  }

  private update(input: UpdateModelPackageInput, context: CallContext): object {
    refuse('UpdateModelPackage', input, ['AdditionalInferenceSpecificationsToAdd', 'SourceUri', 'ModelPackageRegistrationType']);
    const found = this.book.package(input.ModelPackageArn, context);
    oneOf('modelApprovalStatus', input.ModelApprovalStatus, APPROVALS);
    checkDescription('ApprovalDescription', input.ApprovalDescription);
    checkModelCard(input.ModelCard);
    if (input.ModelApprovalStatus !== undefined && found.group === undefined) {
      throw errors.invalid(`${found.arn} is no version of a model package group; only versions have an approval status`);
    }
    if (input.InferenceSpecification !== undefined && found.input.InferenceSpecification !== undefined) {
      throw errors.invalid(`${found.arn} already has an InferenceSpecification, which cannot be changed`);
    }
    const removed = input.CustomerMetadataPropertiesToRemove ?? [];
    const kept = Object.entries(found.input.CustomerMetadataProperties ?? {}).filter(([key]) => !removed.includes(key));
    const metadata = { ...Object.fromEntries(kept), ...input.CustomerMetadataProperties };
    if (input.CustomerMetadataProperties !== undefined) {
      checkCustomerMetadata(input.CustomerMetadataProperties);
      checkCustomerMetadata(metadata);
    }
    found.input = {
      ...found.input,
      ModelApprovalStatus: input.ModelApprovalStatus ?? found.input.ModelApprovalStatus,
      InferenceSpecification: found.input.InferenceSpecification ?? input.InferenceSpecification,
      ModelCard: input.ModelCard === undefined ? found.input.ModelCard : { ...found.input.ModelCard, ...input.ModelCard },
      ModelLifeCycle: input.ModelLifeCycle ?? found.input.ModelLifeCycle,
      CustomerMetadataProperties: Object.keys(metadata).length > 0 ? metadata : undefined,
    };
    found.approvalDescription = input.ApprovalDescription ?? found.approvalDescription;
    found.lastModifiedTime = new Date();
    found.lastModifiedBy = userContext(context.caller);
    if (input.ModelApprovalStatus !== undefined) {
      this.cloud.log('sagemaker', `${found.arn.split(':').at(-1)}: ${input.ModelApprovalStatus} by ${context.caller.principalArn}`);
    }
    this.announce(found);
    return { ModelPackageArn: found.arn };
  }

  private remove(input: DeleteModelPackageInput, context: CallContext): object {
    const found = this.book.package(input.ModelPackageName, context);
    if (found.group !== undefined && found.version !== undefined) {
      found.group.packages.delete(found.version);
    } else {
      this.book.of(context).single.delete(found.name);
    }
    this.tags.drop(found.arn);
    return {};
  }

  private list(input: ListModelPackagesInput, context: CallContext): object {
    oneOf('modelPackageType', input.ModelPackageType, ['Versioned', 'Unversioned', 'Both']);
    const { single, groups } = this.book.of(context);
    const versions = input.ModelPackageGroupName === undefined
      ? [...groups.values()].flatMap((group) => [...group.packages.values()])
      : [...this.book.group(input.ModelPackageGroupName, context).packages.values()];
    const type = input.ModelPackageType ?? (input.ModelPackageGroupName === undefined ? 'Unversioned' : 'Versioned');
    const all = [...(type === 'Unversioned' ? [] : versions), ...(type === 'Versioned' || input.ModelPackageGroupName !== undefined ? [] : single.values())];
    const wanted = all.filter((one) => input.ModelApprovalStatus === undefined || one.input.ModelApprovalStatus === input.ModelApprovalStatus);
    const { items, NextToken } = page(wanted, input, 'Ascending');
    return { NextToken, ModelPackageSummaryList: items.map(summary) };
  }

  private announce(found: ModelPackage): void {
    const { input } = found;
    this.cloud.log('sagemaker', `${found.arn.split(':').at(-1)}: ${input.ModelApprovalStatus ?? 'without approval'}`);
    this.cloud.emit({
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker Model Package State Change',
      account: found.place.accountId,
      region: found.place.region,
      resources: [found.arn],
      detail: {
        ...(found.group === undefined ? { ModelPackageName: found.name } : { ModelPackageGroupName: found.group.name, ModelPackageVersion: found.version }),
        ModelPackageArn: found.arn,
        ModelPackageDescription: input.ModelPackageDescription,
        CreationTime: found.creationTime.toISOString(),
        InferenceSpecification: input.InferenceSpecification,
        ModelPackageStatus: found.status,
        ModelPackageStatusDetails: STATUS_DETAILS,
        ModelApprovalStatus: input.ModelApprovalStatus,
        MetadataProperties: input.MetadataProperties,
        ModelMetrics: input.ModelMetrics,
        LastModifiedTime: found.lastModifiedTime.toISOString(),
      },
    });
  }
}

/** A container of the registry says what to run and where the model lies. */
function checkSpecification({ InferenceSpecification: specification }: CreateModelPackageInput): void {
  if (specification === undefined) {
    return;
  }
  if (!specification.Containers?.length) {
    throw errors.invalid('InferenceSpecification.Containers holds 0 containers; allowed are 1 to 15');
  }
  for (const container of specification.Containers) {
    refuse('CreateModelPackage container', container, ['ModelDataSource', 'AdditionalS3DataSource', 'BaseModel']);
    if (container.Image === undefined) {
      throw errors.invalid('a container of InferenceSpecification has no Image');
    }
  }
}

const summary = (found: ModelPackage): object => ({
  ModelPackageName: found.group === undefined ? found.name : undefined,
  ModelPackageGroupName: found.group?.name,
  ModelPackageVersion: found.version,
  ModelPackageArn: found.arn,
  ModelPackageDescription: found.input.ModelPackageDescription,
  CreationTime: found.creationTime,
  ModelPackageStatus: found.status,
  ModelApprovalStatus: found.input.ModelApprovalStatus,
  ModelLifeCycle: found.input.ModelLifeCycle,
});

function description(found: ModelPackage): object {
  const { Tags: _tags, ClientToken: _token, ...input } = found.input;
  return {
    ...input,
    ...summary(found),
    ModelPackageStatusDetails: STATUS_DETAILS,
    CreatedBy: found.createdBy,
    LastModifiedTime: found.lastModifiedTime,
    LastModifiedBy: found.lastModifiedBy,
    ApprovalDescription: found.approvalDescription,
  };
}
