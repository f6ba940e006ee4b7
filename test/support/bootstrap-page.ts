import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvironmentConfig } from '../../lib/config/environment';

/** What docs/bootstrap.md tells to write into `cdk.json` and `bin/environments.ts`, read from the page. */

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'bootstrap.md'), 'utf8');

/** Context of the app. */
export const bootstrapContext = (JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '{}') as { context: Record<string, unknown> }).context;

const [, people = '', machines = ''] = /people: \{ permissionsBoundary: '([\w-]+)'.*\nmachines: \{ permissionsBoundary: '([\w-]+)'/.exec(page) ?? [];

/** Names of the boundaries of people's and of machines' roles. */
export const boundaries = { people, machines } as const;

/** An environment with the boundaries of the page. */
export const bounded = (environment: EnvironmentConfig): EnvironmentConfig => ({
  ...environment,
  people: { permissionsBoundary: people, signIn: { type: 'iam', mfa: true } },
  machines: { permissionsBoundary: machines },
});
