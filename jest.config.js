/**
 * Three tiers: `unit` is fast and starts no process; `app` synthesizes the whole app, many times over; `local` runs the process on the local AWS.
 */
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.local', '<rootDir>/.cache'],
};

const withoutProcesses = {
  ...common,
  setupFiles: ['<rootDir>/test/support/setup-unit.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

module.exports = {
  // The default leaves one core of two idle.
  maxWorkers: '100%',
  projects: [
    {
      ...withoutProcesses,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/e2e/', '<rootDir>/test/blueprint/'],
    },
    { ...withoutProcesses, displayName: 'app', testMatch: ['<rootDir>/test/blueprint/**/*.test.ts'] },
    { ...common, displayName: 'local', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
  ],
};
