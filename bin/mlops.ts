#!/usr/bin/env node
import { App, Validations } from 'aws-cdk-lib';
import { rulePacks } from '../lib/compliance/packs';
import { ModelProjectError } from '../lib/config/model-project';
import { EnvironmentError } from '../lib/config/validation';
import { makeBlueprint } from './blueprint';

try {
  const app = new App();
  makeBlueprint(app);
  // The rules change no template: whoever switches CDK's own validation off, to try something out quickly, does without them too.
  if (process.env.CDK_VALIDATION !== 'false') {
    Validations.of(app).addPlugins(...rulePacks(app));
  }
} catch (error) {
  if (!(error instanceof EnvironmentError || error instanceof ModelProjectError)) {
    throw error;
  }
  // A stack trace would bury what a person must mend.
  console.error(error.message);
  process.exitCode = 1;
}
