import type {
  DeleteLayerVersionRequest, GetLayerVersionByArnRequest, GetLayerVersionRequest, GetLayerVersionResponse, ListLayerVersionsRequest,
  ListLayerVersionsResponse, PublishLayerVersionRequest, PublishLayerVersionResponse,
} from '@aws-sdk/client-lambda';
import { ServiceError, type CallContext, type LocalCloud } from '../core/service';
import { layerArn, parseLayerVersion } from './arns';
import type { CodeStore } from './code';
import type { LayerVersion, Store } from './store';

const shown = (layer: LayerVersion): PublishLayerVersionResponse => ({
  LayerArn: layer.layerArn,
  LayerVersionArn: layer.arn,
  Version: layer.version,
  Description: layer.description ?? '',
  CreatedDate: layer.createdDate,
  CompatibleRuntimes: layer.compatibleRuntimes as PublishLayerVersionResponse['CompatibleRuntimes'],
  CompatibleArchitectures: layer.compatibleArchitectures as PublishLayerVersionResponse['CompatibleArchitectures'],
  LicenseInfo: layer.licenseInfo,
  Content: { CodeSha256: layer.code.sha256, CodeSize: layer.code.size, Location: `file://${layer.code.folder}` },
});

/** A layer's name, from a name or an ARN. */
const nameIn = (text: string): string => text.split(':layer:').at(-1)?.split(':')[0] ?? text;

/** Operations on layers. */
export class Layers {
  constructor(private readonly store: Store, private readonly code: CodeStore, private readonly cloud: LocalCloud) {}

  readonly publish = async (input: PublishLayerVersionRequest, { accountId, caller }: CallContext): Promise<PublishLayerVersionResponse> => {
    const name = nameIn(input.LayerName ?? '');
    const own = layerArn(this.cloud.region, accountId, name);
    const code = await this.code.load(input.Content ?? {}, caller);
    const version = (this.store.layerCounts.get(own) ?? 0) + 1;
    this.store.layerCounts.set(own, version);
    const layer: LayerVersion = {
      arn: `${own}:${version}`, layerArn: own, version, accountId, name, code,
      description: input.Description,
      createdDate: new Date().toISOString().replace('Z', '+0000'),
      compatibleRuntimes: input.CompatibleRuntimes,
      compatibleArchitectures: input.CompatibleArchitectures,
      licenseInfo: input.LicenseInfo,
    };
    this.store.layers.set(layer.arn, layer);
    return shown(layer);
  };

  readonly get = async ({ LayerName = '', VersionNumber = 0 }: GetLayerVersionRequest, { accountId }: CallContext): Promise<GetLayerVersionResponse> =>
    shown(this.existing(`${layerArn(this.cloud.region, accountId, nameIn(LayerName))}:${VersionNumber}`));

  readonly getByArn = async ({ Arn = '' }: GetLayerVersionByArnRequest): Promise<GetLayerVersionResponse> => {
    parseLayerVersion(Arn);
    return shown(this.existing(Arn));
  };

  /** Functions that use the version keep it, as on AWS. */
  readonly delete = async ({ LayerName = '', VersionNumber = 0 }: DeleteLayerVersionRequest, { accountId }: CallContext): Promise<void> => {
    this.store.layers.delete(`${layerArn(this.cloud.region, accountId, nameIn(LayerName))}:${VersionNumber}`);
  };

  readonly list = async ({ LayerName = '' }: ListLayerVersionsRequest, { accountId }: CallContext): Promise<ListLayerVersionsResponse> => {
    const own = layerArn(this.cloud.region, accountId, nameIn(LayerName));
    return { LayerVersions: [...this.store.layers.values()].filter((layer) => layer.layerArn === own).toReversed().map(shown) };
  };

  private existing(arn: string): LayerVersion {
    const layer = this.store.layers.get(arn);
    if (layer === undefined) {
      throw new ServiceError('ResourceNotFoundException', `The resource you requested does not exist: ${arn}`, 404);
    }
    return layer;
  }
}
