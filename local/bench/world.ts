import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { createClient } from '../core/client';
import { rootCredentials } from '../core/keys';
import { startDaemon, type Daemon } from '../daemon/start';

const ACCOUNT = '111111111111';
const REGION = 'eu-central-1';

/** A local AWS to measure: permissions are enforced, nothing is deployed. */
export interface BenchWorld {
  /** Milliseconds from the start of its process until it answered. */
  readonly readyMs: number;
  client<C>(Client: Parameters<typeof createClient<C>>[0]): C;
  /** A role that functions and machines may use. @returns its ARN */
  role(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startBenchWorld(python: string): Promise<BenchWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const started = performance.now();
  const daemon: Daemon = await startDaemon({ folder, region: REGION, timeScale: 600, python, port: 0, enforce: true });
  const readyMs = performance.now() - started;
  const client: BenchWorld['client'] = (Client) => createClient(Client, { endpoint: daemon.endpoint, region: REGION }, rootCredentials(ACCOUNT));
  return {
    readyMs,
    client,
    role: async (RoleName) => {
      const iam = client(IAMClient);
      const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] }, Action: 'sts:AssumeRole' }] };
      const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['lambda:InvokeFunction', 'logs:*'], Resource: '*' }] };
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'work', PolicyDocument: JSON.stringify(policy) }));
      return Role?.Arn ?? '';
    },
    stop: async () => {
      await daemon.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
