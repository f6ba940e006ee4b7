/**
 * Something in a policy that is not understood here. It is no denial: a policy that can't be judged must not look as if it had been.
 */
export class PolicyProblem extends Error {
  override readonly name = 'PolicyProblem';

  constructor(
    /** Which policy, e.g. `inline policy DefaultPolicy of role mlops-prod-employment-job`. */
    readonly policy: string,
    problem: string,
  ) {
    super(`${policy}: ${problem}`);
  }
}
