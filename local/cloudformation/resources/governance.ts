import type { Values } from '../template';
import { flag, ignoring, json, record, text, without } from './convert';
import { effects, type HandlerTable, type ResourceContext } from './handler';

const CLOUDTRAIL = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.';
const BUDGETS = 'AWSBudgetServiceGateway.';
const ECR = 'AmazonEC2ContainerRegistry_V20150921.';
const AUTOSCALING = 'AnyScaleFrontendService.';

const TRAIL_EXTRAS = ['IsLogging', 'EventSelectors', 'AdvancedEventSelectors', 'InsightSelectors', 'Tags', 'TrailName', 'AggregationConfigurations'];

async function applyTrail(name: string, properties: Values, context: ResourceContext): Promise<void> {
  await context.callJson('cloudtrail', `${CLOUDTRAIL}${flag(properties.IsLogging) ? 'StartLogging' : 'StopLogging'}`, { Name: name });
  const { EventSelectors, AdvancedEventSelectors } = properties;
  if (EventSelectors !== undefined || AdvancedEventSelectors !== undefined) {
    await context.callJson('cloudtrail', `${CLOUDTRAIL}PutEventSelectors`, { TrailName: name, EventSelectors, AdvancedEventSelectors });
  }
}

/** CloudTrail, Budgets, container registries and autoscaling: recorded by moto. */
export const governance: HandlerTable = {
  'AWS::CloudTrail::Trail': {
    properties: effects({
      replace: 'TrailName',
      update: `S3BucketName S3KeyPrefix IsLogging EventSelectors AdvancedEventSelectors CloudWatchLogsLogGroupArn CloudWatchLogsRoleArn EnableLogFileValidation
        IncludeGlobalServiceEvents IsMultiRegionTrail KMSKeyId SnsTopicName`,
      inert: 'Tags InsightSelectors IsOrganizationTrail',
    }),
    async create(properties, context) {
      const name = text(properties.TrailName) ?? context.generateName(128);
      const { TrailARN } = await context.callJson('cloudtrail', `${CLOUDTRAIL}CreateTrail`, { Name: name, ...trailInput(properties) });
      await applyTrail(name, properties, context);
      return { physicalId: name, attributes: { Arn: String(TrailARN) } };
    },
    async update(properties, context, { physicalId }) {
      await context.callJson('cloudtrail', `${CLOUDTRAIL}UpdateTrail`, { Name: physicalId, ...trailInput(properties) });
      await applyTrail(physicalId, properties, context);
    },
    async delete({ physicalId }, context) {
      await ignoring(['TrailNotFoundException'], context.callJson('cloudtrail', `${CLOUDTRAIL}DeleteTrail`, { Name: physicalId }));
    },
  },

  'AWS::Budgets::Budget': {
    properties: effects({ replace: 'Budget NotificationsWithSubscribers', inert: 'ResourceTags' }),
    async create(properties, context) {
      const budget = record(properties.Budget);
      const name = text(budget.BudgetName) ?? context.generateName(100);
      await context.callJson('budgets', `${BUDGETS}CreateBudget`, {
        AccountId: context.accountId,
        Budget: { ...budget, BudgetName: name },
        NotificationsWithSubscribers: properties.NotificationsWithSubscribers,
      });
      return { physicalId: name };
    },
    async delete({ physicalId }, context) {
      await ignoring(['NotFoundException'], context.callJson('budgets', `${BUDGETS}DeleteBudget`, { AccountId: context.accountId, BudgetName: physicalId }));
    },
  },

  'AWS::ECR::Repository': {
    properties: effects({
      replace: 'RepositoryName EncryptionConfiguration',
      update: 'RepositoryPolicyText LifecyclePolicy ImageTagMutability ImageScanningConfiguration',
      inert: 'Tags EmptyOnDelete ImageTagMutabilityExclusionFilters',
    }),
    async create(properties, context) {
      const name = text(properties.RepositoryName) ?? context.generateName(256, 'lower');
      await context.callJson('ecr', `${ECR}CreateRepository`, {
        repositoryName: name, imageTagMutability: properties.ImageTagMutability,
      });
      await applyRepository(name, properties, context);
      return {
        physicalId: name,
        attributes: {
          Arn: `arn:aws:ecr:${context.region}:${context.accountId}:repository/${name}`,
          RepositoryUri: `${context.accountId}.dkr.ecr.${context.region}.amazonaws.com/${name}`,
        },
      };
    },
    async update(properties, context, { physicalId }) {
      await applyRepository(physicalId, properties, context);
    },
    async delete({ physicalId, properties }, context) {
      await ignoring(['RepositoryNotFoundException'], context.callJson('ecr', `${ECR}DeleteRepository`, {
        repositoryName: physicalId, force: flag(properties.EmptyOnDelete),
      }));
    },
  },

  'AWS::ApplicationAutoScaling::ScalableTarget': {
    properties: effects({
      replace: 'ResourceId ScalableDimension ServiceNamespace', update: 'MinCapacity MaxCapacity RoleARN SuspendedState', inert: 'ScheduledActions Tags',
    }),
    async create(properties, context) {
      await registerTarget(properties, context);
      return { physicalId: [properties.ResourceId, properties.ScalableDimension, properties.ServiceNamespace].join('|') };
    },
    async update(properties, context) {
      await registerTarget(properties, context);
    },
    async delete({ properties: { ResourceId, ScalableDimension, ServiceNamespace } }, context) {
      await ignoring(['ObjectNotFoundException'], context.callJson('application-autoscaling', `${AUTOSCALING}DeregisterScalableTarget`, {
        ResourceId, ScalableDimension, ServiceNamespace,
      }));
    },
  },

  'AWS::ApplicationAutoScaling::ScalingPolicy': {
    properties: effects({
      replace: 'PolicyName ResourceId ScalableDimension ServiceNamespace ScalingTargetId',
      update: 'PolicyType TargetTrackingScalingPolicyConfiguration StepScalingPolicyConfiguration',
    }),
    async create(properties, context) {
      return { physicalId: await putScalingPolicy(properties, context) };
    },
    async update(properties, context) {
      await putScalingPolicy(properties, context);
    },
    async delete({ properties }, context) {
      await ignoring(['ObjectNotFoundException'], context.callJson('application-autoscaling', `${AUTOSCALING}DeleteScalingPolicy`, {
        PolicyName: properties.PolicyName, ...scalingTarget(properties),
      }));
    },
  },
};

const trailInput = (properties: Values): Values => {
  const { KMSKeyId, CloudWatchLogsLogGroupArn, ...rest } = without(properties, ...TRAIL_EXTRAS);
  return { ...rest, ...(KMSKeyId === undefined ? {} : { KmsKeyId: KMSKeyId }), ...(CloudWatchLogsLogGroupArn === undefined ? {} : { CloudWatchLogsLogGroupArn }) };
};

async function applyRepository(repositoryName: string, properties: Values, context: ResourceContext): Promise<void> {
  if (properties.RepositoryPolicyText !== undefined) {
    await context.callJson('ecr', `${ECR}SetRepositoryPolicy`, { repositoryName, policyText: json(properties.RepositoryPolicyText) });
  }
  const lifecycle = record(properties.LifecyclePolicy).LifecyclePolicyText;
  if (lifecycle !== undefined) {
    await context.callJson('ecr', `${ECR}PutLifecyclePolicy`, { repositoryName, lifecyclePolicyText: json(lifecycle) });
  }
}

async function registerTarget(properties: Values, context: ResourceContext): Promise<void> {
  const { ResourceId, ScalableDimension, ServiceNamespace, RoleARN, SuspendedState } = properties;
  await context.callJson('application-autoscaling', `${AUTOSCALING}RegisterScalableTarget`, {
    ResourceId, ScalableDimension, ServiceNamespace, RoleARN, SuspendedState, MinCapacity: Number(properties.MinCapacity), MaxCapacity: Number(properties.MaxCapacity),
  });
}

/** A policy names its target by three members or by the physical id of the target. */
function scalingTarget(properties: Values): Values {
  const [resource, dimension, namespace] = (text(properties.ScalingTargetId) ?? '').split('|');
  return {
    ResourceId: properties.ResourceId ?? resource ?? '',
    ScalableDimension: properties.ScalableDimension ?? dimension ?? '',
    ServiceNamespace: properties.ServiceNamespace ?? namespace ?? '',
  };
}

async function putScalingPolicy(properties: Values, context: ResourceContext): Promise<string> {
  const { PolicyARN } = await context.callJson('application-autoscaling', `${AUTOSCALING}PutScalingPolicy`, {
    ...without(properties, 'ScalingTargetId'), ...scalingTarget(properties),
  });
  return String(PolicyARN);
}
