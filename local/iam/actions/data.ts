import { anything, each, either, on, passes, tagging, textAt, type Need, type ServiceActions } from './need';

const table = on('table/{TableName}');

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
export const dynamodb: ServiceActions = {
  prefix: 'dynamodb',
  operations: {
    ...each('GetItem PutItem UpdateItem DeleteItem Query Scan', table),
    ...each('CreateTable DescribeTable UpdateTable DeleteTable UpdateContinuousBackups DescribeContinuousBackups UpdateTimeToLive DescribeTimeToLive', table),
    ...each('TagResource UntagResource ListTagsOfResource', on('{ResourceArn}')),
    ListTables: [anything],
  },
};

/** Parameters with a path carry its slash already. */
const parameter = (path: string): Need => on(`parameter/{${path}}`, { change: (name) => name.replace(/^\//, '') });

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export const ssm: ServiceActions = {
  prefix: 'ssm',
  operations: {
    ...each('GetParameter PutParameter DeleteParameter GetParameterHistory', parameter('Name')),
    ...each('GetParameters DeleteParameters', parameter('Names')),
    GetParametersByPath: [parameter('Path')],
    DescribeParameters: [anything],
  },
};

/** A key by id, ARN, alias or ARN of an alias; aliases are looked up by whoever authorizes. */
const key = on('{KeyId}', { change: (id) => (id.startsWith('alias/') ? id : `key/${id}`) });

const signing: Need = (call, prefix) => key(call, prefix).map((needed) => ({
  ...needed,
  context: { 'kms:SigningAlgorithm': textAt(call.input, 'SigningAlgorithm'), 'kms:MessageType': textAt(call.input, 'MessageType') ?? 'RAW' },
}));

const targetKey = on('{TargetKeyId}', { change: (id) => `key/${id}` });

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html */
export const kms: ServiceActions = {
  prefix: 'kms',
  operations: {
    ...each('Sign Verify', signing),
    ...each('Encrypt Decrypt GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey GetPublicKey GetKeyPolicy PutKeyPolicy', key),
    ...each('EnableKeyRotation DisableKeyRotation GetKeyRotationStatus ScheduleKeyDeletion CancelKeyDeletion EnableKey DisableKey UpdateKeyDescription', key),
    ...each('TagResource UntagResource ListResourceTags', key),
    ...each('CreateAlias UpdateAlias', on('{AliasName}'), targetKey),
    DeleteAlias: [on('{AliasName}')],
    ...each('CreateKey ListKeys', anything),
    ListAliases: [either(key, anything)],
  },
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisfirehose.html */
export const firehose: ServiceActions = {
  prefix: 'firehose',
  operations: {
    CreateDeliveryStream: [
      on('deliverystream/{DeliveryStreamName}'),
      passes('ExtendedS3DestinationConfiguration.RoleARN', 'firehose.amazonaws.com'),
      passes('S3DestinationConfiguration.RoleARN', 'firehose.amazonaws.com'),
    ],
    ...each('PutRecord PutRecordBatch DescribeDeliveryStream DeleteDeliveryStream', on('deliverystream/{DeliveryStreamName}')),
    ...each('TagDeliveryStream UntagDeliveryStream ListTagsForDeliveryStream', on('deliverystream/{DeliveryStreamName}')),
    ListDeliveryStreams: [anything],
  },
};

/**
 * Whatever is about a query is asked by the service, which knows the query's workgroup.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
 */
export const athena: ServiceActions = {
  prefix: 'athena',
  operations: {
    StartQueryExecution: [on('workgroup/{WorkGroup|primary}')],
    ...each('GetQueryExecution GetQueryResults StopQueryExecution'),
    CreateWorkGroup: [on('workgroup/{Name}'), tagging('athena:TagResource', on('workgroup/{Name}'))],
    ...each('GetWorkGroup UpdateWorkGroup DeleteWorkGroup', on('workgroup/{WorkGroup}')),
    ListWorkGroups: [anything],
  },
};

const catalog = on('catalog');
const database = on('database/{DatabaseName}');

/**
 * Glue asks for the catalog and the database above a table, too.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
 */
export const glue: ServiceActions = {
  prefix: 'glue',
  operations: {
    CreateDatabase: [catalog, on('database/{DatabaseInput.Name}')],
    ...each('GetDatabase UpdateDatabase DeleteDatabase', catalog, on('database/{Name}')),
    CreateTable: [catalog, database, on('table/{DatabaseName}/{TableInput.Name}')],
    ...each('GetTable DeleteTable', catalog, database, on('table/{DatabaseName}/{Name}')),
    // Of a listing no table is named: Glue asks for all of the database.
    GetTables: [catalog, database, on('table/{DatabaseName}/*')],
    ...each('GetDatabases', catalog),
  },
};
