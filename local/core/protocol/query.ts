import { operationsOf, type Shape } from '../schema';
import { ServiceError } from '../service';
import type { Protocol, WireRequest } from './protocol';
import { decodeValue, encodeText } from './values';

/** Parameters as a tree: `A.member.1.B=x` becomes `{A: {member: {1: {B: 'x'}}}}`. */
interface Node {
  value?: string;
  children?: Map<string, Node>;
}

function treeOf(parameters: URLSearchParams): Node {
  const root: Node = { children: new Map() };
  for (const [key, value] of parameters) {
    let node = root;
    for (const part of key.split('.')) {
      node.children ??= new Map();
      let child = node.children.get(part);
      if (child === undefined) {
        child = {};
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = value;
  }
  return root;
}

const ordered = (node: Node | undefined): Node[] =>
  [...(node?.children ?? [])].filter(([key]) => /^\d+$/.test(key)).sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);

function read(shape: Shape, node: Node): unknown {
  if (shape.kind === 'list') {
    const items = node.children?.has('member') === true ? ordered(node.children.get('member')) : ordered(node);
    return items.map((item) => read(shape.member().shape, item));
  }
  if (shape.kind === 'map') {
    const entries = ordered(node.children?.get('entry') ?? node);
    return Object.fromEntries(entries.map((entry) => [
      entry.children?.get('key')?.value ?? '', read(shape.value().shape, entry.children?.get('value') ?? {}),
    ]));
  }
  if (shape.kind === 'structure' || shape.kind === 'union') {
    return Object.fromEntries([...(node.children ?? [])].map(([name, child]) => {
      const member = shape.members.get(name);
      return [name, member === undefined ? child.value ?? {} : read(member().shape, child)];
    }));
  }
  return decodeValue(shape, node.value, 'text');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text that XML can hold; line breaks as references so that no parser trims or normalizes them. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character).replace(/\r/g, '&#xD;');

function write(shape: Shape, value: unknown): string {
  if (shape.kind === 'list') {
    return (value as readonly unknown[]).map((element) => `<member>${write(shape.member().shape, element)}</member>`).join('');
  }
  if (shape.kind === 'map') {
    return Object.entries(value as object).map(([key, element]) =>
      `<entry><key>${escapeXml(key)}</key><value>${write(shape.value().shape, element)}</value></entry>`).join('');
  }
  if (shape.kind === 'structure' || shape.kind === 'union') {
    return Object.entries(value as object).map(([name, element]) => {
      const member = shape.members.get(name);
      return member === undefined || element === undefined || element === null ? '' : `<${name}>${write(member().shape, element)}</${name}>`;
    }).join('');
  }
  return escapeXml(encodeText(shape, value, 'date-time'));
}

const parametersOf = (request: WireRequest): URLSearchParams =>
  new URLSearchParams(request.method === 'GET' ? request.url.split('?', 2)[1] ?? '' : request.body.toString('utf8'));

/** The query protocol: form parameters in, XML out. */
export const awsQuery: Protocol = {
  decode(request, sdk) {
    const parameters = parametersOf(request);
    const action = parameters.get('Action') ?? '';
    const operation = operationsOf(sdk).get(action);
    if (operation === undefined) {
      throw new ServiceError('InvalidAction', `the AWS SDK knows no operation ${JSON.stringify(action)}`);
    }
    parameters.delete('Action');
    parameters.delete('Version');
    return { operation, input: read(operation.input, treeOf(parameters)) };
  },

  encode(operation, output, _request, requestId) {
    const { name } = operation;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    return {
      status: 200,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body: `<${name}Response><${name}Result>${write(operation.output, output ?? {})}</${name}Result>${metadata}</${name}Response>`,
    };
  },

  encodeError(error, _request, _sdk, requestId) {
    const side = error.status >= 500 ? 'Receiver' : 'Sender';
    const body = `<Error><Type>${side}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error>`;
    return {
      status: error.status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body: `<ErrorResponse>${body}<RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};
