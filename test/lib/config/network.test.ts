import { beside, Network, networkFaults, overlap, parseCidr } from '../../../lib/config/network';

describe('a range', () => {
  test('is its first and last address', () => {
    expect(parseCidr('10.0.1.0/24')).toEqual({ first: 167_772_416, last: 167_772_671 });
  });

  test.each(['10.0.0.0', '10.0.0.256/24', '10.0.0.1/24', '10.0.0.0/33', 'ten/8'])('is not %s', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test.each([
    ['10.64.0.0/20', '10.64.8.0/21', true],
    ['10.64.8.0/21', '10.64.0.0/20', true],
    ['10.64.0.0/20', '10.64.16.0/20', false],
    ['10.64.0.0/20', 'nothing', false],
  ])('%s and %s share addresses: %s', (left, right, shared) => {
    expect(overlap(left, right)).toBe(shared);
  });
});

test('another account takes the range that follows', () => {
  expect(beside(Network.private({ cidr: '10.64.240.0/20', zones: 3 }))).toEqual({ mode: 'private', cidr: '10.65.0.0/20', zones: 3 });
  expect(beside(Network.serviceManaged())).toEqual(Network.serviceManaged());
});

describe('a network is refused with value, limit and remedy:', () => {
  const existing = { vpcId: 'vpc-0123456789abcdef0', subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'], s3EndpointId: 'vpce-0123456789abcdef0' };

  test.each([
    ['no range', Network.private({ cidr: '10.64.0.0' }), 'network.cidr must be an IPv4 range such as 10.64.0.0/20, beginning at its first address, got "10.64.0.0"'],
    ['a range that begins in its middle', Network.private({ cidr: '10.64.1.0/20' }), 'network.cidr must be an IPv4 range such as 10.64.0.0/20, beginning at its first address, got "10.64.1.0/20"'],
    ['a range that is too small', Network.private({ cidr: '10.64.0.0/28' }), "network.cidr must be between /16 (Amazon VPC's limit) and /24 (endpoints and fleets need the addresses), got \"10.64.0.0/28\""],
    ['public addresses', Network.private({ cidr: '8.8.0.0/16' }), 'network.cidr must lie in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918), got "8.8.0.0/16"'],
    ['one zone', Network.private({ cidr: '10.64.0.0/20', zones: 1 }), 'network.zones must be 2 or 3, got 1; one zone has no other to fail over to'],
    ['a name for an id', Network.existing({ ...existing, vpcId: 'shared' }), 'network.vpcId must be of the form vpc-0123456789abcdef0, got "shared"'],
    ['one subnet', Network.existing({ ...existing, subnetIds: existing.subnetIds.slice(1) }), "network.subnetIds must name 2 to 16 subnets (SageMaker's limit), got 1"],
  ])('%s', (_case, network, fault) => {
    expect(networkFaults(network)).toEqual([fault]);
  });

  test.each([Network.serviceManaged(), Network.private({ cidr: '10.64.0.0/20', zones: 3 }), Network.existing(existing)])('$mode has no fault', (network) => {
    expect(networkFaults(network)).toEqual([]);
  });
});
