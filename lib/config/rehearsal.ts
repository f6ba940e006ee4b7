import { RemovalPolicy } from 'aws-cdk-lib';
import type { EnvironmentConfig, PromotionChain } from './environment';
import { names } from './names';
import { EnvironmentError } from './validation';

const SUFFIX = /^[a-z0-9]{1,6}$/;

/**
 * The chain of a rehearsal: one environment beside that of qualifications, in its accounts and of its shape, for the length of a pull request. It is
 * registry and qualification at once, so that a model goes the whole way there, and nothing of it can reach production.
 *
 * @param suffix of every name, the number of the build: 1 to 6 lower-case letters and digits
 * @throws EnvironmentError when the suffix is none
 */
export function rehearsalOf(chain: PromotionChain, suffix: string): PromotionChain {
  if (!SUFFIX.test(suffix)) {
    throw new EnvironmentError([`the suffix of a rehearsal must be 1 to 6 lower-case letters and digits (it is part of every name), got "${suffix}"`]);
  }
  const { qualification } = chain;
  const { evidenceLockDays: _lock, monthlyBudget: _budget, trailAccount: _trail, rehearsedFrom: _from, ...rest } = qualification;
  const environment: EnvironmentConfig = {
    ...rest,
    name: names.rehearsal(qualification.name, suffix),
    rehearses: qualification.name,
    approval: 'automatic',
    // It goes as it came: with everything that it made.
    removalPolicy: RemovalPolicy.DESTROY,
  };
  return { environments: [environment], production: environment, qualification: environment, rehearses: chain };
}
