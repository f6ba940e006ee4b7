// The template validation of aws-cdk-lib costs seconds in every test file; one test of the whole app and `npm run synth` run with it on.
process.env.CDK_VALIDATION ??= 'false';

// A rule of cdk-nag reads a deprecated property of every event bus policy; `npm run synth` still shows what is deprecated.
process.env.JSII_DEPRECATED ??= 'quiet';
