import { readFileSync } from 'node:fs';

/** Adds up vitest's JSON reports and prints `N passed, N failed`; a skipped test and a missing report are failures. */
const unwell = [];
let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    unwell.push(`${path}: no report (${error.message})`);
    failed += 1;
    continue;
  }
  for (const suite of report.testResults) {
    if (suite.status === 'failed' && suite.assertionResults.every(({ status }) => status !== 'failed')) {
      unwell.push(`failed: ${suite.name}: ${suite.message}`);
      failed += 1;
    }
    for (const { status, fullName } of suite.assertionResults) {
      if (status === 'passed') passed += 1;
      else {
        failed += 1;
        unwell.push(`${status}: ${suite.name}: ${fullName}`);
      }
    }
  }
}
for (const line of unwell) process.stdout.write(`${line}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
