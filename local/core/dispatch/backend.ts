import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ServiceError } from '../service';

/** Where the commodity APIs are answered. */
export interface Backend {
  readonly port: number;
}

const DROPPED = new Set(['x-moto-account-id', 'connection', 'expect', 'keep-alive']);

/** Raw header pairs without those that are ours to set or belong to one hop. */
function passedHeaders(raw: readonly string[], accountId: string): string[] {
  const headers: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!DROPPED.has(name.toLowerCase())) {
      headers.push(name, raw[index + 1] ?? '');
    }
  }
  headers.push('x-moto-account-id', accountId);
  return headers;
}

export interface Passed {
  readonly method: string;
  /** Untouched: object keys may hold `..` or `%2F`. */
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer | Readable;
  readonly accountId: string;
}

/** Passes a call on and gives the answer with its body still unread. */
export async function pass(backend: Backend, call: Passed): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: backend.port,
      method: call.method,
      path: call.url,
      headers: passedHeaders(call.rawHeaders, call.accountId),
      agent: false,
    });
    outgoing.once('response', resolve);
    outgoing.once('error', (error) => reject(new ServiceError('ServiceUnavailable', `the moto server does not answer: ${error.message}`, 503)));
    if (Buffer.isBuffer(call.body)) {
      outgoing.end(call.body);
    } else {
      call.body.once('error', (error) => outgoing.destroy(error));
      call.body.pipe(outgoing);
    }
  });
}

export async function readAll(stream: Readable, limit = 256 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      throw new ServiceError('RequestEntityTooLarge', `a body of more than ${limit} bytes does not pass through the local AWS`, 413);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** moto answers what it does not know, or fails on, with an HTML page. */
export const isHtmlError = (answer: IncomingMessage): boolean =>
  (answer.statusCode ?? 0) >= 400 && (answer.headers['content-type'] ?? '').startsWith('text/html');

export function htmlError(page: string, what: string): ServiceError {
  const title = /<title>(.*?)<\/title>/s.exec(page)?.[1] ?? 'error';
  const detail = /<p>(.*?)<\/p>/s.exec(page)?.[1]?.replace(/<[^>]+>/g, '').trim() ?? '';
  return new ServiceError('UnsupportedOperation', `${what}: the moto server has no answer for this call (${title}; ${detail}); its log says more`, 501);
}
