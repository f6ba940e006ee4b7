/** CBOR (RFC 8949) as far as Smithy's RPC v2 uses it: no tags but that of a timestamp, no keys but text. */

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6, simple: 7 } as const;
const INDEFINITE = 31;
const BREAK = 0xff;
const TIMESTAMP_TAG = 1;
/** Deeper than any input of AWS; a body of brackets alone must not end the process. */
const DEPTH_LIMIT = 100;

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  value(depth = 0): unknown {
    if (depth > DEPTH_LIMIT) {
      throw new RangeError(`CBOR is nested more than ${DEPTH_LIMIT} deep`);
    }
    const initial = this.byte();
    const [major, info] = [initial >> 5, initial & 31];
    switch (major) {
      case MAJOR.unsigned: return Number(this.argument(info));
      case MAJOR.negative: return -1 - Number(this.argument(info));
      case MAJOR.bytes: return this.chunks(info);
      case MAJOR.text: return this.chunks(info).toString('utf8');
      case MAJOR.list: return this.list(info, depth);
      case MAJOR.map: return this.map(info, depth);
      case MAJOR.tag:
        // Epoch seconds are what a timestamp looks like in JSON as well.
        this.argument(info);
        return this.value(depth + 1);
      default: return this.simple(info);
    }
  }

  private take(count: number): Buffer {
    if (this.at + count > this.bytes.length) {
      throw new RangeError('CBOR ends too early');
    }
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  private byte(): number {
    return this.take(1).readUInt8();
  }

  private argument(info: number): number | bigint {
    switch (info) {
      case 24: return this.byte();
      case 25: return this.take(2).readUInt16BE();
      case 26: return this.take(4).readUInt32BE();
      case 27: return this.take(8).readBigUInt64BE();
      default:
        if (info > 23) {
          throw new RangeError(`CBOR has no argument of kind ${info}`);
        }
        return info;
    }
  }

  private atBreak(): boolean {
    if (this.bytes[this.at] === BREAK) {
      this.at += 1;
      return true;
    }
    return false;
  }

  private chunks(info: number): Buffer {
    if (info !== INDEFINITE) {
      return this.take(Number(this.argument(info)));
    }
    const parts: Buffer[] = [];
    while (!this.atBreak()) {
      parts.push(this.take(Number(this.argument(this.byte() & 31))));
    }
    return Buffer.concat(parts);
  }

  private list(info: number, depth: number): unknown[] {
    const values: unknown[] = [];
    if (info === INDEFINITE) {
      while (!this.atBreak()) {
        values.push(this.value(depth + 1));
      }
      return values;
    }
    for (let left = Number(this.argument(info)); left > 0; left -= 1) {
      values.push(this.value(depth + 1));
    }
    return values;
  }

  private map(info: number, depth: number): Record<string, unknown> {
    const values: [string, unknown][] = [];
    const entry = (): void => void values.push([String(this.value(depth + 1)), this.value(depth + 1)]);
    if (info === INDEFINITE) {
      while (!this.atBreak()) {
        entry();
      }
    } else {
      for (let left = Number(this.argument(info)); left > 0; left -= 1) {
        entry();
      }
    }
    return Object.fromEntries(values);
  }

  private simple(info: number): unknown {
    switch (info) {
      case 20: return false;
      case 21: return true;
      case 22: return null;
      case 23: return undefined;
      case 25: return half(this.take(2).readUInt16BE());
      case 26: return this.take(4).readFloatBE();
      case 27: return this.take(8).readDoubleBE();
      default: throw new RangeError(`CBOR has no simple value ${info}`);
    }
  }
}

function half(bits: number): number {
  const [exponent, fraction, sign] = [(bits >> 10) & 31, bits & 1023, bits & 0x8000 ? -1 : 1];
  if (exponent === 31) {
    return fraction === 0 ? sign * Infinity : Number.NaN;
  }
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** @throws RangeError when the bytes are no CBOR of the supported kind */
export function decodeCbor(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (!reader.done) {
    throw new RangeError('CBOR goes on after its value');
  }
  return value;
}

function head(major: number, argument: number): Buffer {
  const initial = major << 5;
  if (argument < 24) {
    return Buffer.from([initial | argument]);
  }
  if (argument < 0x100) {
    return Buffer.from([initial | 24, argument]);
  }
  const size = argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8;
  const bytes = Buffer.alloc(1 + size);
  bytes.writeUInt8(initial | { 2: 25, 4: 26, 8: 27 }[size], 0);
  if (size === 8) {
    bytes.writeBigUInt64BE(BigInt(argument), 1);
  } else {
    bytes.writeUIntBE(argument, 1, size);
  }
  return bytes;
}

function number(value: number): Buffer {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    return value < 0 ? head(MAJOR.negative, -1 - value) : head(MAJOR.unsigned, value);
  }
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8((MAJOR.simple << 5) | 27, 0);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** Dates become timestamps, bytes byte strings; members that are `undefined` are left out. */
export function encodeCbor(value: unknown): Buffer {
  if (value === null || value === undefined) {
    return Buffer.from([(MAJOR.simple << 5) | 22]);
  }
  if (typeof value === 'boolean') {
    return Buffer.from([(MAJOR.simple << 5) | (value ? 21 : 20)]);
  }
  if (typeof value === 'number') {
    return number(value);
  }
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(MAJOR.text, bytes.length), bytes]);
  }
  if (value instanceof Date) {
    return Buffer.concat([head(MAJOR.tag, TIMESTAMP_TAG), number(value.getTime() / 1000)]);
  }
  if (value instanceof Uint8Array) {
    return Buffer.concat([head(MAJOR.bytes, value.length), value]);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([head(MAJOR.list, value.length), ...value.map(encodeCbor)]);
  }
  const entries = Object.entries(value).filter(([, element]) => element !== undefined);
  return Buffer.concat([head(MAJOR.map, entries.length), ...entries.flatMap(([key, element]) => [encodeCbor(key), encodeCbor(element)])]);
}
