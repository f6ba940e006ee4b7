type Fields = Readonly<Record<string, unknown>>;

function write(level: 'INFO' | 'WARN' | 'ERROR', message: string, fields: Fields): void {
  process.stdout.write(`${JSON.stringify({ level, message, time: new Date().toISOString(), ...fields })}\n`);
}

/**
 * Structured log of the handlers: one JSON document a line. Never log whole events or rows: they may hold personal data.
 */
export const logger = {
  info: (message: string, fields: Fields = {}): void => write('INFO', message, fields),
  warn: (message: string, fields: Fields = {}): void => write('WARN', message, fields),
  error: (message: string, fields: Fields = {}): void => write('ERROR', message, fields),
} as const;
