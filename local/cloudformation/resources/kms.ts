import {
  CreateAliasCommand, CreateKeyCommand, CreateKeyRequest$ as createKeySchema, DeleteAliasCommand, EnableKeyRotationCommand, KMSClient, PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand, UpdateAliasCommand, type CreateKeyRequest,
} from '@aws-sdk/client-kms';
import { asInput, flag, ignoring, json, tagList, text } from './convert';
import { effects, type HandlerTable } from './handler';

export const kms: HandlerTable = {
  'AWS::KMS::Key': {
    properties: effects({
      replace: 'KeySpec KeyUsage MultiRegion Origin',
      update: 'KeyPolicy Description EnableKeyRotation',
      inert: 'PendingWindowInDays Tags Enabled RotationPeriodInDays BypassPolicyLockoutSafetyCheck',
    }),
    async create(properties, context) {
      const client = context.client(KMSClient);
      const { KeyPolicy: policy, Description, KeySpec, KeyUsage, MultiRegion, Origin } = properties;
      const tags = tagList(properties.Tags, context.tags).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
      const { KeyMetadata } = await client.send(new CreateKeyCommand(asInput<CreateKeyRequest>(createKeySchema, {
        Policy: policy === undefined ? undefined : json(policy), Description, KeySpec, KeyUsage, MultiRegion, Origin, Tags: tags,
      })));
      const keyId = KeyMetadata?.KeyId ?? '';
      if (flag(properties.EnableKeyRotation)) {
        await client.send(new EnableKeyRotationCommand({ KeyId: keyId }));
      }
      return { physicalId: keyId, attributes: { Arn: KeyMetadata?.Arn ?? '', KeyId: keyId } };
    },
    async update(properties, context, { physicalId }) {
      const client = context.client(KMSClient);
      await client.send(new PutKeyPolicyCommand({ KeyId: physicalId, PolicyName: 'default', Policy: json(properties.KeyPolicy) }));
      if (flag(properties.EnableKeyRotation)) {
        await client.send(new EnableKeyRotationCommand({ KeyId: physicalId }));
      }
    },
    async delete({ physicalId, properties }, context) {
      const days = Number(properties.PendingWindowInDays ?? 30);
      await ignoring(['NotFoundException', 'KMSInvalidStateException'], context.client(KMSClient).send(
        new ScheduleKeyDeletionCommand({ KeyId: physicalId, PendingWindowInDays: days })));
    },
  },

  'AWS::KMS::Alias': {
    properties: effects({ replace: 'AliasName', update: 'TargetKeyId' }),
    async create(properties, context) {
      const name = text(properties.AliasName) ?? '';
      await context.client(KMSClient).send(new CreateAliasCommand({ AliasName: name, TargetKeyId: keyIdOf(properties.TargetKeyId) }));
      return { physicalId: name };
    },
    async update(properties, context, { physicalId }) {
      await context.client(KMSClient).send(new UpdateAliasCommand({ AliasName: physicalId, TargetKeyId: keyIdOf(properties.TargetKeyId) }));
    },
    async delete({ physicalId }, context) {
      await ignoring(['NotFoundException'], context.client(KMSClient).send(new DeleteAliasCommand({ AliasName: physicalId })));
    },
  },
};

const keyIdOf = (value: Parameters<typeof text>[0]): string => (text(value) ?? '').replace(/^arn:.*:key\//, '');
