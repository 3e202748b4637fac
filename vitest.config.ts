import { defineConfig } from 'vitest/config';
import { LongestFirst, PURE_PROJECT } from './test/support/longest-first.ts';

/**
 * Rooms whose tests start no program and leave their process as it was, also with one TensorFlow.js backend at the most: one process takes
 * file after file.
 */
const PURE = [
  'core',
  'config',
  'pipeline',
  'store',
  'delivery',
  'docs',
  'grafana',
  'generate',
  'ingest/formats',
  'ingest/replay',
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Service tests mostly wait; one more worker than cores keeps the run short.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: PURE_PROJECT, include: PURE, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['test/**/*.test.ts'],
          exclude: PURE,
          globalSetup: ['test/support/kafka-setup.ts'],
        },
      },
    ],
  },
});
