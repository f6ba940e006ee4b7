import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';

export type Path = readonly (string | number)[];

/** One thing wrong with a file of a model project. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** A parsed YAML or JSON file (JSON is YAML) that remembers the lines of its values. */
export class SourceFile {
  /** @param name How messages call the file, e.g. `models/employment/model.yaml`. */
  public static parse(name: string, text: string): SourceFile {
    const lines = new LineCounter();
    return new SourceFile(name, parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines);
  }

  private constructor(
    private readonly name: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** The content as plain data. */
  public get value(): unknown {
    return this.document.toJS();
  }

  /** Faults of the syntax, as finished messages. */
  public get syntaxFaults(): string[] {
    return this.document.errors.map((error) => `${this.name}:${this.lines.linePos(error.pos[0]).line}: ${error.message}`);
  }

  /** `<file>:<line>: <path> <message>` */
  public describe(fault: Fault): string {
    const path = fault.path.length === 0 ? '' : `${formatPath(fault.path)} `;
    return `${this.name}:${this.lineOf(fault.path)}: ${path}${fault.message}`;
  }

  /** Line of the key or element, or of the nearest thing above it that exists. */
  private lineOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const offset = this.offsetOf(path.slice(0, length));
      if (offset !== undefined) {
        return this.lines.linePos(offset).line;
      }
    }
    return 1;
  }

  private offsetOf(path: Path): number | undefined {
    const last = path[path.length - 1];
    const parent = path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last);
      return pair !== undefined && isNode(pair.key) ? pair.key.range?.[0] : undefined;
    }
    const node = this.document.getIn(path, true);
    return isNode(node) ? node.range?.[0] : undefined;
  }
}

/** `features[3].name` */
export const formatPath = (path: Path): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`)).join('');

/** Turns the findings of a schema into faults; an unknown key is a fault of its own, at its own line. */
export const faultsOf = (error: z.ZodError): Fault[] =>
  error.issues.flatMap((issue) => {
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...path, key], message: issue.message.replace('{key}', key) }))
      : [{ path, message: issue.message }];
  });
