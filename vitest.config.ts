import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longestFirst.ts';

/** Milliseconds: software rendering and a shared processor are slow, a hanging test is still found. */
const patience = { node: 60_000, browser: 240_000 };

export default defineConfig({
  plugins: [svelte()],
  test: {
    reporters: ['default', './test/support/summaryReporter.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // TensorFlow.js recommends its native package to whoever runs it in Node.
    onConsoleLog: (log) => !log.includes('running TensorFlow.js in Node.js'),
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/components/**'],
          testTimeout: patience.node,
          hookTimeout: patience.node,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts', 'test/components/**/*.test.ts'],
          testTimeout: patience.browser,
          hookTimeout: patience.browser,
        },
      },
    ],
  },
});
