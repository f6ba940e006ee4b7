// The template validation of aws-cdk-lib costs seconds in every test file; one test of the whole app and `npm run synth` run with it on.
process.env.CDK_VALIDATION ??= 'false';
