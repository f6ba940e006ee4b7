/**
 * This process's variables without those that lead to AWS: whatever the local AWS starts must never hold somebody's real credentials, nor a profile, nor
 * find any on the network.
 */
export const withoutAws = (environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'))),
  AWS_EC2_METADATA_DISABLED: 'true',
});
