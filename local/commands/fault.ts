import { existsSync, readFileSync } from 'node:fs';
import { FAULT_KINDS, parseFaultRules } from '../core/faults/rules';
import { ServiceError, type FaultRule } from '../core/service';
import { control, requireRun } from './attach';
import { type Command, CommandError, readArguments, readNumber } from './command';

/** Options of the commands that start a local AWS. */
export const FAULT_OPTIONS = { faults: { type: 'string' }, 'duplicate-events': { type: 'boolean', default: false } } as const;

/** Rules of a file; none without one. @throws CommandError naming what is wrong with the file */
export function readFaults(file: string | undefined): readonly FaultRule[] {
  if (file === undefined) {
    return [];
  }
  if (!existsSync(file)) {
    throw new CommandError(`there is no file of fault rules ${file}`);
  }
  try {
    return parseFaultRules(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`${file}: ${error instanceof ServiceError ? error.message : String(error)}`);
  }
}

const ADD_OPTIONS = {
  file: { type: 'string' },
  service: { type: 'string' },
  operation: { type: 'string' },
  kind: { type: 'string' },
  match: { type: 'string', multiple: true },
  share: { type: 'string' },
  times: { type: 'string' },
  after: { type: 'string' },
  seed: { type: 'string' },
  latency: { type: 'string' },
} as const;

type AddValues = { readonly [K in keyof typeof ADD_OPTIONS]?: K extends 'match' ? string[] : string };

function matchOf(pairs: readonly string[] | undefined): Record<string, string> | undefined {
  return pairs === undefined
    ? undefined
    : Object.fromEntries(pairs.map((pair) => {
      const split = pair.indexOf('=');
      if (split < 1) {
        throw new CommandError(`--match takes NAME=PATTERN, e.g. --match EndpointName=prod-*, got ${JSON.stringify(pair)}`);
      }
      return [pair.slice(0, split), pair.slice(split + 1)];
    }));
}

/** A rule as the options of the command line write it; what is wrong with it, the local AWS says. */
const fromOptions = (values: AddValues): object => ({
  service: values.service,
  operation: values.operation ?? '*',
  kind: values.kind,
  match: matchOf(values.match),
  share: readNumber('share', values.share, { minimum: 0, maximum: 1 }),
  times: readNumber('times', values.times, { minimum: 0, maximum: 1e9 }),
  after: readNumber('after', values.after, { minimum: 0, maximum: 1e9 }),
  seed: readNumber('seed', values.seed, { minimum: -1e9, maximum: 1e9 }),
  latencyMs: readNumber('latency', values.latency, { minimum: 0, maximum: 600_000 }),
});

function rulesToAdd(text: string | undefined, values: AddValues): readonly object[] {
  if (values.file !== undefined) {
    return readFaults(values.file);
  }
  if (text === undefined) {
    if (values.service === undefined) {
      throw new CommandError('give a rule as JSON, as options (--service SERVICE ...) or as a file (--file FILE)');
    }
    return [fromOptions(values)];
  }
  try {
    return [JSON.parse(text) as object];
  } catch {
    throw new CommandError(`${JSON.stringify(text)} is no JSON document`);
  }
}

interface Listed extends FaultRule {
  readonly id: string;
  readonly hits: number;
}

function describe({ id, hits, service, operation, ...rest }: Listed): string {
  return `${id}  ${service}:${operation}  ${JSON.stringify(rest)}  hit ${hits} times`;
}

export const fault: Command = {
  usage:
    `fault add (RULE | --file FILE | --service SERVICE [--operation NAME] [--kind ${FAULT_KINDS.join('|')}] [--match NAME=PATTERN]... [--share N] [--seed N] [--after N] [--times N] [--latency MS])`
    + ' | fault list | fault remove [ID]',
  summary: 'make things go wrong on purpose in the local AWS that is up',
  async run(args) {
    const { values, positionals } = readArguments(args, ADD_OPTIONS, true);
    const [action = 'list', argument] = positionals;
    const run = requireRun();
    const write = (json: object, text: string): void => void process.stdout.write(`${values.json ? JSON.stringify(json) : text}\n`);
    if (action === 'add') {
      const ids: string[] = [];
      for (const rule of rulesToAdd(argument, values)) {
        ids.push((await control<{ id: string }>(run, 'POST', 'faults', rule)).id);
      }
      write({ ids }, ids.join('\n'));
    } else if (action === 'list') {
      const { faults } = await control<{ faults: Listed[] }>(run, 'GET', 'faults');
      write({ faults }, faults.length === 0 ? 'nothing goes wrong on purpose' : faults.map(describe).join('\n'));
    } else if (action === 'remove') {
      const { removed } = await control<{ removed: number }>(run, 'DELETE', argument === undefined ? 'faults' : `faults/${argument}`);
      if (argument !== undefined && removed === 0) {
        throw new CommandError(`there is no fault rule ${argument}`);
      }
      write({ removed }, `${removed} removed`);
    } else {
      throw new CommandError(`fault knows add, list and remove, not ${JSON.stringify(action)}`);
    }
    return 0;
  },
};
