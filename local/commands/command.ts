import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Ends the command with a message for a person and an exit code, without a stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    /** @default 1 */
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** One command of the command line. */
export interface Command {
  /** `train --model NAME [--data FILE]` */
  readonly usage: string;
  readonly summary: string;
  /** @returns the exit code. */
  run(args: string[]): Promise<number>;
}

/** Options that every command has. */
export const COMMON = {
  json: { type: 'boolean', default: false },
  models: { type: 'string' },
  'time-scale': { type: 'string' },
  port: { type: 'string' },
  enforce: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

/** Reads a command's arguments. @throws CommandError naming the argument that is not known. */
export function readArguments<const T extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: T, allowPositionals = false) {
  try {
    return parseArgs({ args, options: { ...COMMON, ...options }, allowPositionals, strict: true });
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}

/** A number within bounds. @throws CommandError naming option, value and bounds. */
export function readNumber(option: string, text: string | undefined, bounds: { readonly minimum: number; readonly maximum: number }): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const value = Number(text);
  if (!Number.isFinite(value) || value < bounds.minimum || value > bounds.maximum) {
    throw new CommandError(`--${option} must be a number from ${bounds.minimum} to ${bounds.maximum}, got ${JSON.stringify(text)}`);
  }
  return value;
}

/** `on` or `off`. @throws CommandError naming option and value. */
export function readSwitch(option: string, text: string | undefined): boolean | undefined {
  if (text === undefined || text === 'on' || text === 'off') {
    return text === undefined ? undefined : text === 'on';
  }
  throw new CommandError(`--${option} must be on or off, got ${JSON.stringify(text)}`);
}
