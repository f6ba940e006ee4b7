import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CodeDelivery, type CodeDeliveryProps } from '../delivery/code-delivery';

/** Properties of {@link CodeDeliveryStack}. */
export interface CodeDeliveryStackProps extends CodeDeliveryProps {
  /** Tooling account. */
  readonly account: string;
  readonly region: string;
}

/** Delivery of code in the tooling account. */
export class CodeDeliveryStack extends Stack {
  public readonly delivery: CodeDelivery;

  constructor(scope: Construct, id: string, props: CodeDeliveryStackProps) {
    super(scope, id, { env: { account: props.account, region: props.region }, description: 'Checks and deploys code' });
    this.delivery = new CodeDelivery(this, 'Delivery', props);
  }
}
