import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, plain, type Json } from './text';

/** A document of a template, and where it stands. */
export interface Document {
  /** Stack and logical id. */
  readonly where: string;
  /** JSON without intrinsic functions. */
  readonly content: Json;
}

export interface Target {
  readonly where: string;
  readonly arn: string;
}

/** A property of an environment that decides whether its templates can run locally. */
export interface Inventory {
  readonly resourceTypes: readonly string[];
  readonly stateMachines: readonly Document[];
  readonly pipelines: readonly Document[];
  readonly policies: readonly (Document & { readonly kind: 'identity' | 'resource' })[];
  readonly eventPatterns: readonly Document[];
  readonly targets: readonly Target[];
  readonly schedules: readonly { readonly where: string; readonly expression: string }[];
}

const POLICY_PROPERTIES: Readonly<Record<string, 'identity' | 'resource'>> = {
  PolicyDocument: 'identity', AssumeRolePolicyDocument: 'resource', KeyPolicy: 'resource', ResourcePolicy: 'resource', ModelPackageGroupPolicy: 'resource',
};
/** Types whose `PolicyDocument` says who may come in. */
const RESOURCE_POLICY_TYPES = /^AWS::(EC2::VPCEndpoint|S3::BucketPolicy|SQS::Queue(Inline)?Policy|SNS::Topic(Inline)?Policy|Logs::ResourcePolicy)$/;

const parsed = (value: unknown): unknown => {
  if (typeof value !== 'string') {
    return value;
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
};

/** Every value under a property name, at any depth. */
function* named(value: unknown): Generator<readonly [name: string, value: unknown]> {
  if (Array.isArray(value)) {
    for (const element of value) {
      yield* named(element);
    }
  } else if (isRecord(value)) {
    for (const entry of Object.entries(value)) {
      yield entry;
      yield* named(entry[1]);
    }
  }
}

/** Templates by stack name, as a cloud assembly holds them. */
export function templatesIn(assembly: string): Map<string, Json> {
  const files = readdirSync(assembly, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.template.json'));
  return new Map(files.map(({ name, parentPath }) => [name.replace('.template.json', ''), JSON.parse(readFileSync(join(parentPath, name), 'utf8')) as Json]));
}

/** Keys that the conditions of a policy ask for. */
export const conditionKeys = ({ Statement }: Json): string[] =>
  (Array.isArray(Statement) ? Statement as unknown[] : [Statement]).flatMap((statement) =>
    Object.values(isRecord(statement) && isRecord(statement.Condition) ? statement.Condition : {}).flatMap((keys) => Object.keys(isRecord(keys) ? keys : {})));

/** What the templates ask of the cloud that they are deployed to. */
export function inventoryOf(templates: ReadonlyMap<string, Json>): Inventory {
  const inventory = {
    resourceTypes: new Set<string>(),
    stateMachines: [] as Document[],
    pipelines: [] as Document[],
    policies: [] as (Document & { kind: 'identity' | 'resource' })[],
    eventPatterns: [] as Document[],
    targets: [] as Target[],
    schedules: [] as { where: string; expression: string }[],
  };
  for (const [stack, template] of templates) {
    for (const [id, resource] of Object.entries(isRecord(template.Resources) ? template.Resources : {})) {
      if (!isRecord(resource)) {
        continue;
      }
      const [type, where] = [String(resource.Type), `${stack}/${id}`];
      const properties = plain(resource.Properties ?? {}, template) as Json;
      inventory.resourceTypes.add(type);
      const documents = (list: Document[], value: unknown): void => {
        const content = parsed(value);
        if (isRecord(content)) {
          list.push({ where, content });
        }
      };
      if (type === 'AWS::StepFunctions::StateMachine') {
        documents(inventory.stateMachines, properties.DefinitionString ?? properties.Definition);
      }
      if (type === 'AWS::SageMaker::Pipeline') {
        documents(inventory.pipelines, isRecord(properties.PipelineDefinition) ? properties.PipelineDefinition.PipelineDefinitionBody : undefined);
      }
      documents(inventory.eventPatterns, properties.EventPattern);
      if (typeof properties.ScheduleExpression === 'string') {
        inventory.schedules.push({ where, expression: properties.ScheduleExpression });
      }
      const targets = Array.isArray(properties.Targets) ? properties.Targets : isRecord(properties.Target) ? [properties.Target] : [];
      inventory.targets.push(...targets.filter(isRecord).map(({ Arn }) => ({ where, arn: String(Arn) })));
      for (const [name, value] of named(properties)) {
        const kind = POLICY_PROPERTIES[name];
        const content = parsed(value);
        if (kind !== undefined && isRecord(content)) {
          inventory.policies.push({ where, content, kind: RESOURCE_POLICY_TYPES.test(type) ? 'resource' : kind });
        }
      }
    }
  }
  return { ...inventory, resourceTypes: [...inventory.resourceTypes].toSorted() };
}
