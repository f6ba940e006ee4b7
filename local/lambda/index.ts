import * as sdk from '@aws-sdk/client-lambda';
import type { LocalCloud, LocalService, Operation } from '../core/service';
import { Aliases } from './aliases';
import { CodeStore } from './code';
import { withFaults } from './faults';
import { Fleet } from './fleet';
import { Functions } from './functions';
import { Invoker, type Runner } from './invoke';
import { Layers } from './layers';
import { Settings } from './settings';
import { Store } from './store';
import { answerUrl, nameUrl } from './url';

/** What tests put in place of worker processes. */
export interface LambdaOptions {
  /** @default - worker processes */
  readonly run?: Runner;
}

/**
 * Lambda of the local AWS: runs the bundles of Node.js functions in worker processes of this machine's Node, under the function's role, time-out and
 * memory. Layers are found through NODE_PATH; `/opt` and `/tmp` are not mounted (the temporary folder is TMPDIR). Time-outs are real seconds.
 */
export function createLambdaService(cloud: LocalCloud, options: LambdaOptions = {}): LocalService {
  const store = new Store(cloud.region);
  const code = new CodeStore(cloud);
  const fleet = new Fleet(cloud);
  const run = withFaults(cloud, options.run ?? ((target, invocation) => fleet.run(target, invocation)));
  const functions = new Functions(store, code, cloud, (arn) => fleet.retire(arn));
  const aliases = new Aliases(store);
  const layers = new Layers(store, code, cloud);
  const settings = new Settings(store, cloud);
  const invoker = new Invoker(store, run, cloud);
  const operations: Readonly<Record<string, Operation>> = {
    CreateFunction: functions.create,
    GetFunction: functions.get,
    GetFunctionConfiguration: functions.getConfiguration,
    ListFunctions: functions.list,
    UpdateFunctionCode: functions.updateCode,
    UpdateFunctionConfiguration: functions.updateConfiguration,
    DeleteFunction: functions.delete,
    PublishVersion: functions.publish,
    ListVersionsByFunction: functions.listVersions,
    CreateAlias: aliases.create,
    GetAlias: aliases.get,
    UpdateAlias: aliases.update,
    DeleteAlias: aliases.delete,
    ListAliases: aliases.list,
    PublishLayerVersion: layers.publish,
    GetLayerVersion: layers.get,
    GetLayerVersionByArn: layers.getByArn,
    DeleteLayerVersion: layers.delete,
    ListLayerVersions: layers.list,
    AddPermission: settings.addPermission,
    RemovePermission: settings.removePermission,
    GetPolicy: settings.getPolicy,
    CreateFunctionUrlConfig: settings.createUrl,
    GetFunctionUrlConfig: settings.getUrl,
    UpdateFunctionUrlConfig: settings.updateUrl,
    DeleteFunctionUrlConfig: settings.deleteUrl,
    ListFunctionUrlConfigs: settings.listUrls,
    PutFunctionEventInvokeConfig: settings.putEventInvoke,
    UpdateFunctionEventInvokeConfig: settings.updateEventInvoke,
    GetFunctionEventInvokeConfig: settings.getEventInvoke,
    DeleteFunctionEventInvokeConfig: settings.deleteEventInvoke,
    PutFunctionConcurrency: settings.putConcurrency,
    GetFunctionConcurrency: settings.getConcurrency,
    DeleteFunctionConcurrency: settings.deleteConcurrency,
    TagResource: settings.tag,
    UntagResource: settings.untag,
    ListTags: settings.listTags,
    Invoke: invoker.invoke,
  };
  return {
    name: 'lambda',
    protocol: 'rest-json',
    sdk,
    operations,
    nameHttp: (call) => nameUrl(call, settings),
    handleHttp: (call) => answerUrl(call, settings, run),
    async stop() {
      invoker.stop();
      await fleet.stop();
    },
  };
}
