import type { AddTagsInput, DeleteTagsInput, ListTagsInput, Tag } from '@aws-sdk/client-sagemaker';
import type { Operation } from '../../core/service';
import { errors } from './errors';

const MAXIMUM = 50;

/** Tags of all resources, by ARN. */
export class Tags {
  private readonly byArn = new Map<string, Map<string, string>>();

  put(arn: string, tags: readonly Tag[] | undefined): void {
    const merged = new Map([...(this.byArn.get(arn) ?? []), ...(tags ?? []).map((tag): [string, string] => [tag.Key ?? '', tag.Value ?? ''])]);
    if (merged.size > MAXIMUM) {
      throw errors.limit(`${arn} would have ${merged.size} tags; the limit is ${MAXIMUM}`);
    }
    this.byArn.set(arn, merged);
  }

  remove(arn: string, keys: readonly string[]): void {
    keys.forEach((key) => this.byArn.get(arn)?.delete(key));
  }

  /** Called when the resource goes. */
  drop(arn: string): void {
    this.byArn.delete(arn);
  }

  list(arn: string): Tag[] {
    return [...(this.byArn.get(arn) ?? [])].map(([Key, Value]) => ({ Key, Value }));
  }
}

export const tagOperations = (tags: Tags): Readonly<Record<string, Operation>> => ({
  AddTags: async (input: AddTagsInput) => {
    tags.put(String(input.ResourceArn), input.Tags);
    return { Tags: tags.list(String(input.ResourceArn)) };
  },
  ListTags: async (input: ListTagsInput) => ({ Tags: tags.list(String(input.ResourceArn)) }),
  DeleteTags: async (input: DeleteTagsInput) => {
    tags.remove(String(input.ResourceArn), input.TagKeys ?? []);
    return {};
  },
});
