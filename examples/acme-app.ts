import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { MlopsChecks, noteRisk } from 'mlops-blueprint/compliance';

/** An app of Acme's own, with nothing of the blueprint but its rules: what breaks one fails the synthesis. */
export class AcmeApp extends App {
  constructor(props?: ConstructorParameters<typeof App>[0]) {
    super(props);
    Validations.of(this).addPlugins(new MlopsChecks(this));
  }
}

/** A model that Acme deploys by itself; rated High, so that the rule on the retention of logs looks at everything in this stack. */
export class ScoringStack extends Stack {
  constructor(scope: App, id: string, { isolated }: { readonly isolated: boolean }) {
    super(scope, id);
    noteRisk(this, 'High');
    new CfnModel(this, 'Model', { executionRoleArn: 'arn:aws:iam::333333333333:role/acme-scoring', enableNetworkIsolation: isolated });
  }
}
