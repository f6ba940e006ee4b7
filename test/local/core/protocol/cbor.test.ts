import * as cloudwatchSdk from '@aws-sdk/client-cloudwatch';
import { decodeCbor, encodeCbor } from '../../../../local/core/protocol/cbor';
import { protocolOf } from '../../../../local/core/protocol/choose';
import { operationsOf } from '../../../../local/core/schema';
import { ServiceError } from '../../../../local/core/service';

describe('CBOR', () => {
  test.each<[string, unknown, string]>([
    ['zero', 0, '00'],
    ['a byte', 24, '1818'],
    ['a word', 1000, '1903e8'],
    ['a long', 1_000_000, '1a000f4240'],
    ['a large number', 1_000_000_000_000, '1b000000e8d4a51000'],
    ['a negative number', -1000, '3903e7'],
    ['a fraction', 1.1, 'fb3ff199999999999a'],
    ['text', 'ü', '62c3bc'],
    ['bytes', Buffer.from([1, 2]), '420102'],
    ['a list', [1, [2, 3]], '8201820203'],
    ['a map', { a: 1, b: [true, null] }, 'a2616101616282f5f6'],
  ])('writes %s as the standard says, and reads it back', (_name, value, hex) => {
    expect(encodeCbor(value).toString('hex')).toBe(hex);
    expect(decodeCbor(Buffer.from(hex, 'hex'))).toEqual(value);
  });

  test.each<[string, string, unknown]>([
    ['pieces of text', '7f657374726561646d696e67ff', 'streaming'],
    ['an open list', '9f0102ff', [1, 2]],
    ['an open map', 'bf6161f5ff', { a: true }],
    ['a half', 'f93c00', 1],
    ['a small half', 'f90001', 5.960464477539063e-8],
    ['a single', 'fa47c35000', 100_000],
    ['a timestamp', 'c11a514b67b0', 1_363_896_240],
    ['infinity', 'f97c00', Infinity],
  ])('reads %s', (_name, hex, value) => {
    expect(decodeCbor(Buffer.from(hex, 'hex'))).toEqual(value);
  });

  test.each([['what ends too early', '62c3'], ['what goes on', '0000'], ['what is nested without end', '81'.repeat(200)], ['an unknown argument', '1c']])('refuses %s', (_name, hex) => {
    expect(() => decodeCbor(Buffer.from(hex, 'hex'))).toThrow(RangeError);
  });
});

describe('RPC v2 over CBOR', () => {
  const request = (operation: string, body: Buffer) => ({
    method: 'POST', url: `/service/GraniteServiceVersion20100801/operation/${operation}`,
    headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' }, body,
  });
  const protocol = protocolOf({ name: 'monitoring', protocol: 'json' }, request('ListMetrics', Buffer.alloc(0)));
  const timestamp = new Date('2026-03-01T10:00:00.500Z');

  test('takes the operation from the path and the input from the body', () => {
    const input = { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 0.5, Timestamp: timestamp }] };
    expect(protocol.decode(request('PutMetricData', encodeCbor(input)), cloudwatchSdk)).toMatchObject({ operation: { name: 'PutMetricData' }, input });
    expect(protocol.decode(request('ListMetrics', Buffer.alloc(0)), cloudwatchSdk).input).toEqual({});
    expect(() => protocol.decode(request('MakeCoffee', Buffer.alloc(0)), cloudwatchSdk)).toThrow('MakeCoffee');
    expect(() => protocol.decode(request('ListMetrics', Buffer.from('{}')), cloudwatchSdk)).toThrow('no CBOR');
  });

  test('answers timestamps as such, without members that the schema does not know', () => {
    const operation = operationsOf(cloudwatchSdk).get('DescribeAlarms');
    if (operation === undefined) {
      throw new Error('the SDK lacks an operation');
    }
    const output = { MetricAlarms: [{ AlarmName: 'a', StateUpdatedTimestamp: timestamp, Unknown: 1 }] };
    const answer = protocol.encode(operation, output, request('DescribeAlarms', Buffer.alloc(0)), 'id');
    expect(answer.headers).toMatchObject({ 'smithy-protocol': 'rpc-v2-cbor' });
    expect(decodeCbor(answer.body as Buffer)).toEqual({ MetricAlarms: [{ AlarmName: 'a', StateUpdatedTimestamp: timestamp.getTime() / 1000 }] });
  });

  test('answers errors with the code that older clients know', () => {
    const answer = protocol.encodeError(new ServiceError('ResourceNotFound', 'gone', 404), request('GetDashboard', Buffer.alloc(0)), cloudwatchSdk, 'id');
    expect(answer).toMatchObject({ status: 404, headers: { 'x-amzn-query-error': 'ResourceNotFound;Sender' } });
    expect(decodeCbor(answer.body as Buffer)).toMatchObject({ message: 'gone' });
  });
});
