/**
 * Reads a required environment variable.
 *
 * @throws Error naming the variable when it is missing or empty.
 */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`environment variable ${name} is not set; the construct that owns this function must set it`);
  }
  return value;
}
