import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/kafka-setup.ts'],
    testTimeout: 30_000,
    // Service tests mostly wait; one more worker than cores keeps the run short.
    maxWorkers: 3,
    hookTimeout: 120_000,
  },
});
