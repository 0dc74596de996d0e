import { defineConfig } from 'vitest/config';

const conditions = ['@sextant/source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: end-to-end tests start their own processes.
    maxWorkers: 2,
    execArgv: ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'],
  },
});
