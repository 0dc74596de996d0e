import { defineConfig } from 'vitest/config';

const conditions = ['@sextant/source', 'node', 'import', 'default'];
const common = {
  // Statistics and whole processes, on machines that are busy with other things: a limit is only there for what hangs.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // Two cores: end-to-end tests start processes of their own.
  maxWorkers: 2,
  execArgv: ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'],
};
const browser_tests = 'test/**/*.browser.test.ts';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: { ...common, name: 'node', include: ['test/**/*.test.ts'], exclude: [browser_tests] },
      },
      { extends: true, test: { ...common, name: 'browser', include: [browser_tests] } },
    ],
  },
});
