import { compile, expressionIn } from './evaluate';

/** One objection to an expression, in AWS's words. */
export interface ExpressionError {
  readonly code: 'INVALID_JSONATA_EXPRESSION' | 'UNSUPPORTED_JSONATA_EXPRESSION';
  readonly message: string;
}

/** Parts of a syntax tree that have a context item of their own. */
const OWN_CONTEXT: ReadonlySet<string> = new Set(['stages', 'predicate', 'group', 'terms', 'pattern', 'update', 'delete']);

/** The package's own types leave out some kinds of nodes. */
type Tree = { readonly type?: string; readonly value?: unknown } & Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** Names at the top level read a context item, and Step Functions has none. */
function objections(node: unknown, top: boolean, catcher: boolean, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const element of node) {
      objections(element, top, catcher, found);
    }
    return;
  }
  if (!isNode(node)) {
    return;
  }
  if (node.type === 'variable' && node.value === '$') {
    found.add("Reference to '$$' is not supported.");
  }
  if (node.type === 'name' && top) {
    found.add(`Reference to '${String(node['value'])}' at the top level is not supported.`);
  }
  if (node.type === 'path' && Array.isArray(node['steps'])) {
    const steps = node['steps'] as Tree[];
    if (!catcher && steps[0]?.type === 'variable' && steps[0].value === 'states' && steps[1]?.value === 'errorOutput') {
      found.add("Reference to '$states.errorOutput' is only supported in the Output and Assign of a catcher.");
    }
    steps.forEach((step, index) => objections(step, top && index === 0, catcher, found));
    objections(node['group'], false, catcher, found);
    return;
  }
  for (const [key, child] of Object.entries(node)) {
    if (typeof child === 'object') {
      objections(child, top && !OWN_CONTEXT.has(key), catcher, found);
    }
  }
}

/** Everything that AWS would refuse in a field's expressions when the machine is created. */
export function checkExpressions(template: unknown, location: string, catcher: boolean, report: (error: ExpressionError, location: string) => void): void {
  if (typeof template === 'string') {
    const source = expressionIn(template);
    if (source === undefined) {
      return;
    }
    try {
      const found = new Set<string>();
      objections(compile(source).ast(), true, catcher, found);
      found.forEach((message) => report({ code: 'UNSUPPORTED_JSONATA_EXPRESSION', message }, location));
    } catch (error) {
      report({ code: 'INVALID_JSONATA_EXPRESSION', message: (error as Error).message }, location);
    }
    return;
  }
  if (typeof template === 'object' && template !== null) {
    const list = Array.isArray(template);
    for (const [key, element] of Object.entries(template)) {
      checkExpressions(element, list ? `${location}[${key}]` : `${location}/${key}`, catcher, report);
    }
  }
}
