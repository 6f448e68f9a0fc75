/**
 * Counts of vitest's JSON report. A skipped test counts as failed, and so does a file that failed outside its tests: what
 * did not run must not look green. No report at all is one failure.
 */
export function countsOf(report) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((result) => result.status !== 'failed'),
  );
  const skipped = report.numPendingTests + report.numTodoTests;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length + skipped,
    skipped,
  };
}
