/** How what runs in one account of an environment reaches the services that it calls. */
export type NetworkConfig =
  /** In the networks of the services, over their public addresses. */
  | { readonly mode: 'serviceManaged' }
  /** In a VPC of the environment's own: no internet gateway, no NAT, one endpoint for each service that is called. */
  | {
      readonly mode: 'private';
      /** Range of the VPC in CIDR notation, /16 to /24; no other VPC of the organization may have addresses of it. */
      readonly cidr: string;
      readonly zones: number;
    }
  /** In a VPC that the organization keeps. */
  | {
      readonly mode: 'existing';
      readonly vpcId: string;
      /** Private subnets in different zones, each with routes or endpoints to the services that are called. */
      readonly subnetIds: readonly string[];
      /** Gateway endpoint of S3 in this VPC, for policies that admit nothing else. */
      readonly s3EndpointId: string;
    };

/** The ways of a network, as values of an environment. */
export const Network = {
  /** No network of the environment's own: nothing to pay and nothing that policies can hold a request to. */
  serviceManaged: (): NetworkConfig => ({ mode: 'serviceManaged' }),

  /**
   * A VPC that the environment's foundation makes.
   *
   * @param zones availability zones, 2 or 3. @default 2
   */
  private: ({ cidr, zones = 2 }: { readonly cidr: string; readonly zones?: number }): NetworkConfig => ({ mode: 'private', cidr, zones }),

  /** A VPC that is there already. Its endpoints must admit the security groups that the foundation makes in it. */
  existing: (network: Omit<Extract<NetworkConfig, { mode: 'existing' }>, 'mode'>): NetworkConfig => ({ mode: 'existing', ...network }),
} as const;

/** A network whose addresses and endpoints are known: private by whoever made it. */
export type VpcNetwork = Exclude<NetworkConfig, { mode: 'serviceManaged' }>;

export const hasVpc = (network: NetworkConfig): network is VpcNetwork => network.mode !== 'serviceManaged';

/** Number of subnets that workloads are placed in. */
export const subnetCount = (network: VpcNetwork): number => (network.mode === 'private' ? network.zones : network.subnetIds.length);

/** A VPC takes ranges of /16 to /28; below /24 two zones run out of addresses for a dozen endpoints and a fleet. */
const PREFIX = { shortest: 16, longest: 24 } as const;

const ID = /^(vpc|subnet|vpce)-[0-9a-f]{8,17}$/;

/** Everything wrong with one network. */
export function networkFaults(network: NetworkConfig): string[] {
  if (network.mode === 'private') {
    return [...cidrFaults(network.cidr), ...([2, 3].includes(network.zones) ? [] : [`network.zones must be 2 or 3, got ${network.zones}; one zone has no other to fail over to`])];
  }
  if (network.mode === 'existing') {
    const { vpcId, subnetIds, s3EndpointId } = network;
    return [
      ...[['network.vpcId', vpcId, 'vpc-'], ['network.s3EndpointId', s3EndpointId, 'vpce-'], ...subnetIds.map((id) => ['network.subnetIds', id, 'subnet-'])]
        .filter(([, id = '', prefix = '']) => !(ID.test(id) && id.startsWith(prefix)))
        .map(([what, id, prefix]) => `${what} must be of the form ${prefix}0123456789abcdef0, got "${id}"`),
      ...(subnetIds.length >= 2 && subnetIds.length <= 16 ? [] : [`network.subnetIds must name 2 to 16 subnets (SageMaker's limit), got ${subnetIds.length}`]),
    ];
  }
  return [];
}

function cidrFaults(cidr: string): string[] {
  const range = parseCidr(cidr);
  if (range === undefined) {
    return [`network.cidr must be an IPv4 range such as 10.64.0.0/20, beginning at its first address, got "${cidr}"`];
  }
  const length = Number(cidr.split('/')[1]);
  return [
    ...(length >= PREFIX.shortest && length <= PREFIX.longest
      ? []
      : [`network.cidr must be between /${PREFIX.shortest} (Amazon VPC's limit) and /${PREFIX.longest} (endpoints and fleets need the addresses), got "${cidr}"`]),
    ...(PRIVATE_RANGES.some((allowed) => contains(parseCidr(allowed), range)) ? [] : [`network.cidr must lie in ${PRIVATE_RANGES.join(', ')} (RFC 1918), got "${cidr}"`]),
  ];
}

const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/** First and last address as numbers, or undefined for what is no range. */
export function parseCidr(cidr: string): AddressRange | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [a = 256, b = 256, c = 256, d = 256, length = 33] = (match ?? []).slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || length > 32) {
    return undefined;
  }
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - length);
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

const contains = (outer: AddressRange | undefined, inner: AddressRange): boolean => outer !== undefined && outer.first <= inner.first && inner.last <= outer.last;

/** A network like this one for another account: two accounts cannot share a VPC, so a private one takes the addresses that follow. */
export function beside(network: NetworkConfig): NetworkConfig {
  const range = network.mode === 'private' ? parseCidr(network.cidr) : undefined;
  if (network.mode !== 'private' || range === undefined) {
    return network;
  }
  const next = range.last + 1;
  const address = [24, 16, 8, 0].map((bits) => Math.floor(next / 2 ** bits) % 256).join('.');
  return { ...network, cidr: `${address}/${network.cidr.split('/')[1]}` };
}

/** Whether two ranges share an address; ranges of another form share none. */
export function overlap(left: string, right: string): boolean {
  const [a, b] = [parseCidr(left), parseCidr(right)];
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}
