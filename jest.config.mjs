export default {
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/test/**/*.test.tsx'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'preact' } },
        },
        module: { type: 'es6' },
      },
    ],
  },
  globalSetup: process.env.STORE === 'dynamodb-local' ? '<rootDir>/test/support/start-dynamodb-local.ts' : undefined,
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/model/.venv'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
