import type {
  CreateModelPackageGroupInput, DeleteModelPackageGroupInput, DescribeModelPackageGroupInput, GetModelPackageGroupPolicyInput, ListModelPackageGroupsInput,
  PutModelPackageGroupPolicyInput, Tag,
} from '@aws-sdk/client-sagemaker';
import type { CallContext, Operation } from '../../core/service';
import { checkName, errors } from '../core/errors';
import { page } from '../core/listing';
import { arnOf } from '../core/place';
import type { Tags } from '../core/tags';
import { userContext, type ModelPackageGroup, type RegistryBook } from './book';
import { checkDescription, checkGroupPolicy } from './limits';

const description = (group: ModelPackageGroup): object => ({
  ModelPackageGroupName: group.name, ModelPackageGroupArn: group.arn, ModelPackageGroupDescription: group.description, CreationTime: group.creationTime,
  CreatedBy: group.createdBy, ModelPackageGroupStatus: 'Completed',
});

function create(book: RegistryBook, tags: Tags, input: CreateModelPackageGroupInput & { readonly Tags?: Tag[] }, context: CallContext): object {
  const name = String(input.ModelPackageGroupName);
  checkName('modelPackageGroupName', name);
  checkDescription('ModelPackageGroupDescription', input.ModelPackageGroupDescription);
  const { groups } = book.of(context);
  const arn = arnOf(context, 'model-package-group', name);
  if (groups.has(name)) {
    throw errors.invalid(`Model Package Group already exists: ${arn}`);
  }
  const createdBy = userContext(context.caller);
  groups.set(name, { name, arn, description: input.ModelPackageGroupDescription, creationTime: new Date(), createdBy, lastVersion: 0, packages: new Map() });
  tags.put(arn, input.Tags);
  return { ModelPackageGroupArn: arn };
}

function remove(book: RegistryBook, tags: Tags, input: DeleteModelPackageGroupInput, context: CallContext): object {
  const group = book.group(input.ModelPackageGroupName, context);
  if (group.packages.size > 0) {
    throw errors.conflict(`Model Package Group cannot be deleted because it still contains Model Packages: ${group.arn}`);
  }
  book.of(context).groups.delete(group.name);
  tags.drop(group.arn);
  return {};
}

export const groupOperations = (book: RegistryBook, tags: Tags): Readonly<Record<string, Operation>> => ({
  CreateModelPackageGroup: async (input: CreateModelPackageGroupInput, context) => create(book, tags, input, context),
  DescribeModelPackageGroup: async (input: DescribeModelPackageGroupInput, context) =>
    description(book.group(input.ModelPackageGroupName, context)),
  DeleteModelPackageGroup: async (input: DeleteModelPackageGroupInput, context) => remove(book, tags, input, context),
  ListModelPackageGroups: async (input: ListModelPackageGroupsInput, context) => {
    const { items, NextToken } = page(book.of(context).groups.values(), input, 'Ascending');
    return { NextToken, ModelPackageGroupSummaryList: items.map(description) };
  },
  PutModelPackageGroupPolicy: async (input: PutModelPackageGroupPolicyInput, context) => {
    const group = book.group(input.ModelPackageGroupName, context);
    checkGroupPolicy(group.name, String(input.ResourcePolicy));
    group.policy = input.ResourcePolicy;
    return { ModelPackageGroupArn: group.arn };
  },
  GetModelPackageGroupPolicy: async (input: GetModelPackageGroupPolicyInput, context) => {
    const group = book.group(input.ModelPackageGroupName, context);
    if (group.policy === undefined) {
      throw errors.invalid(`Cannot find Model Package Group Policy for ${group.arn}`);
    }
    return { ResourcePolicy: group.policy };
  },
  DeleteModelPackageGroupPolicy: async (input: GetModelPackageGroupPolicyInput, context) => {
    book.group(input.ModelPackageGroupName, context).policy = undefined;
    return {};
  },
});
