import { parseFunctionName, parseLayerVersion } from '../../lambda/arns';
import { anything, arnOf, each, on, passes, tagging, textAt, type Need, type ServiceActions } from './need';

/** The function that a call names, by name, partial ARN or ARN, with its qualifier or without. */
const onFunction = (qualified: boolean): Need => ({ operation, input, accountId, region }, prefix) => {
  const name = textAt(input, 'FunctionName');
  if (name === undefined) {
    return [];
  }
  const found = parseFunctionName(name, accountId, textAt(input, 'Qualifier'));
  const qualifier = qualified && found.qualifier !== undefined ? `:${found.qualifier}` : '';
  return [{ action: `${prefix}:${operation}`, resource: `arn:aws:lambda:${region}:${found.accountId}:function:${found.name}${qualifier}` }];
};

const fn = onFunction(false);
const qualifiedFn = onFunction(true);

/** Layers must let in whoever gives them to a function. */
const layers: Need = ({ input }) => (Array.isArray(input.Layers) ? input.Layers as string[] : []).map((arn) => {
  parseLayerVersion(arn);
  return { action: 'lambda:GetLayerVersion', resource: arn };
});

/** A layer's version by name or by ARN. */
const layerVersion: Need = ({ operation, input, accountId, region }, prefix) => {
  const name = textAt(input, 'Arn') ?? textAt(input, 'LayerName') ?? '';
  const arn = name.startsWith('arn:') ? name : arnOf({ accountId, region }, 'lambda', `layer:${name}`);
  const version = input.VersionNumber === undefined ? '' : `:${Number(input.VersionNumber)}`;
  return [{ action: `${prefix}:${operation.replace('ByArn', '')}`, resource: `${arn}${version}` }];
};

const withPrincipal: Need = (call, prefix) => fn(call, prefix).map((needed) => ({ ...needed, context: { 'lambda:Principal': textAt(call.input, 'Principal') } }));

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
export const lambda: ServiceActions = {
  prefix: 'lambda',
  operations: {
    Invoke: [(call, prefix) => qualifiedFn({ ...call, operation: 'InvokeFunction' }, prefix)],
    // Calls on a function's URL: the service says which function and how its URL is guarded.
    InvokeFunctionUrl: [
      (call, prefix) => ['InvokeFunctionUrl', 'InvokeFunction'].flatMap((operation) => qualifiedFn({ ...call, operation }, prefix)).map((needed) => ({
        ...needed,
        context: { 'lambda:FunctionUrlAuthType': textAt(call.input, 'AuthType'), 'lambda:InvokedViaFunctionUrl': true },
      })),
    ],
    CreateFunction: [fn, passes('Role', 'lambda.amazonaws.com'), layers, tagging('lambda:TagResource', fn)],
    UpdateFunctionConfiguration: [fn, passes('Role', 'lambda.amazonaws.com'), layers],
    ...each('UpdateFunctionCode DeleteFunction PublishVersion ListVersionsByFunction PutFunctionConcurrency GetFunctionConcurrency DeleteFunctionConcurrency', fn),
    ...each('GetFunction GetFunctionConfiguration GetPolicy RemovePermission', fn),
    AddPermission: [withPrincipal],
    ...each('CreateAlias GetAlias UpdateAlias DeleteAlias ListAliases', fn),
    ...each('CreateFunctionUrlConfig GetFunctionUrlConfig UpdateFunctionUrlConfig DeleteFunctionUrlConfig ListFunctionUrlConfigs', fn),
    ...each('PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig GetFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig', fn),
    ...each('PublishLayerVersion ListLayerVersions', on('layer:{LayerName}')),
    ...each('GetLayerVersion GetLayerVersionByArn DeleteLayerVersion', layerVersion),
    ...each('TagResource UntagResource ListTags', on('{Resource}')),
    ...each('ListFunctions ListLayers', anything),
  },
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
export const states: ServiceActions = {
  prefix: 'states',
  operations: {
    CreateStateMachine: [on('stateMachine:{name}'), passes('roleArn', 'states.amazonaws.com'), tagging('states:TagResource', on('stateMachine:{name}'))],
    UpdateStateMachine: [on('{stateMachineArn}'), passes('roleArn', 'states.amazonaws.com')],
    ...each('DeleteStateMachine DescribeStateMachine StartExecution StartSyncExecution ListExecutions PublishStateMachineVersion', on('{stateMachineArn}')),
    ListStateMachineVersions: [on('{stateMachineArn}')],
    DeleteStateMachineVersion: [on('{stateMachineVersionArn}')],
    ...each('DescribeExecution StopExecution GetExecutionHistory RedriveExecution DescribeStateMachineForExecution', on('{executionArn}')),
    ...each('ListMapRuns', on('{executionArn}')),
    ...each('DescribeMapRun UpdateMapRun', on('{mapRunArn}')),
    ...each('TagResource UntagResource ListTagsForResource', on('{resourceArn}')),
    ...each('ListStateMachines SendTaskSuccess SendTaskFailure SendTaskHeartbeat ValidateStateMachineDefinition', anything),
  },
};
