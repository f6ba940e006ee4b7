import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RehearsalRole, type RehearsalRoleProps } from '../delivery/rehearsal-role';

/** Lets builds of the tooling account rehearse pull requests beside an environment. */
export class RehearsalAccessStack extends Stack {
  public readonly rehearsal: RehearsalRole;

  constructor(scope: Construct, id: string, props: RehearsalRoleProps) {
    super(scope, id, {
      env: { account: props.place.account, region: props.place.region },
      description: `Role of builds that rehearse pull requests beside the environment ${props.place.environment}`,
    });
    this.rehearsal = new RehearsalRole(this, 'Role', props);
  }
}
