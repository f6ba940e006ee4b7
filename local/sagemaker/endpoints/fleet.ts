import type { LocalCloud } from '../../core/service';
import type { Place } from '../core/place';
import type { PythonHost } from '../processes/python-host';
import type { EndpointConfig } from './configs';
import { ModelServer } from './model-server';
import type { Models } from './models';

/** Seconds that a container may take to start unless the variant says otherwise. */
const DEFAULT_STARTUP_SECONDS = 480;

/** The model servers of one endpoint configuration, one per variant. Instance counts are bookkeeping: one process stands for all instances of a variant. */
export class Fleet {
  private constructor(
    readonly config: EndpointConfig,
    private readonly servers: ReadonlyMap<string, ModelServer>,
    /** Image of each variant. */
    readonly images: ReadonlyMap<string, string>,
  ) {}

  static create(endpointName: string, config: EndpointConfig, place: Place, parts: { host: PythonHost; cloud: LocalCloud; models: Models }): Fleet {
    const { host, cloud, models } = parts;
    const images = new Map<string, string>();
    const servers = config.variants.map((variant) => {
      const variantName = String(variant.VariantName);
      const model = models.get(variant.ModelName, place);
      images.set(variantName, model.container.image);
      const startupTimeoutSeconds = variant.ContainerStartupHealthCheckTimeoutInSeconds ?? DEFAULT_STARTUP_SECONDS;
      const { roleArn, container } = model;
      const vpc = model.input.VpcConfig;
      const facts = { endpointName, configName: config.name, variantName, accountId: place.accountId, roleArn, container, vpc, startupTimeoutSeconds };
      return [variantName, new ModelServer(host, cloud, facts)] as const;
    });
    return new Fleet(config, new Map(servers), images);
  }

  /** Starts all servers; when one fails, none stays. */
  async start(): Promise<void> {
    const results = await Promise.allSettled([...this.servers.values()].map((server) => server.start()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      await this.end();
      throw failed.reason;
    }
  }

  server(variant: string): ModelServer | undefined {
    return this.servers.get(variant);
  }

  async end(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.end()));
  }
}
