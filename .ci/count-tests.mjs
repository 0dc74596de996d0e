import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

// Prints how many tests of a Vitest report passed and how many failed, and notes in a file which, and why. A test file
// that could not be loaded is a failure, and so is a suite that ran nothing, or ended badly though no test of it failed.
//
//   node .ci/count-tests.mjs SUITE REPORT.json EXIT_STATUS FAILURES_FILE

const [suite, report_file, status, failures_file] = process.argv.slice(2);
const report = JSON.parse(readFileSync(report_file, 'utf8'));
const passed = report.numPassedTests;

const failures = report.testResults.flatMap((file) => {
  const path = relative(process.cwd(), file.name);
  if (file.status === 'failed' && file.assertionResults.length === 0)
    return [`${path}\n${firstLines(file.message)}`];
  return file.assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `${path} > ${test.fullName}\n${firstLines(test.failureMessages.join('\n'))}`);
});
if (failures.length === 0 && (passed === 0 || status !== '0'))
  failures.push(
    `${passed} tests passed and none failed, but it ended with status ${status}; see its errors above`,
  );

appendFileSync(failures_file, failures.map((failure) => `${suite}: ${failure}\n`).join(''));
process.stdout.write(`${passed} ${failures.length}\n`);

/** The beginning of what is said before the stack, and the stack's first line. */
function firstLines(message) {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const stack_start = lines.findIndex((line) => /^\s+at /.test(line));
  const said = stack_start < 0 ? lines : lines.slice(0, stack_start);
  const shown = [...said.slice(0, 6), ...lines.slice(stack_start, stack_start + 1)];
  return shown.map((line) => `    ${line.trim().slice(0, 300)}`).join('\n');
}
