import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvironmentConfig } from '../../lib/config/environment';

/** What docs/bootstrap.md tells to write into `cdk.json` and `bin/environments.ts`, read from the page. */

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'bootstrap.md'), 'utf8');

/** Context of the app. */
export const bootstrapContext = (JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '{}') as { context: Record<string, unknown> }).context;

/** Names of the boundaries: of functions, machines and jobs, and of people and programs. */
export const boundaries = {
  machines: (bootstrapContext['@aws-cdk/core:permissionsBoundary'] as { name: string } | undefined)?.name ?? '',
  people: /people: \{ permissionsBoundary: '([\w-]+)'/.exec(page)?.[1] ?? '',
} as const;

/** An environment with the boundary of people that the page gives. */
export const bounded = (environment: EnvironmentConfig): EnvironmentConfig => ({
  ...environment,
  people: { permissionsBoundary: boundaries.people, signIn: { type: 'iam', mfa: true } },
});
