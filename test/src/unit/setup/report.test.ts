import { expect, test } from 'vitest';
import { countsOf } from '../../../../setup/report.mjs';

const reportOf = (numbers: Readonly<Record<string, number>>, testResults: readonly object[] = []) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults,
  ...numbers,
});

test('setup - passed and failed are counted', () => {
  expect(countsOf(reportOf({ numPassedTests: 7, numFailedTests: 2 }))).toEqual({
    passed: 7,
    failed: 2,
    skipped: 0,
  });
});

test('setup - what was skipped or left to do counts as failed', () => {
  const counts = countsOf(reportOf({ numPassedTests: 7, numPendingTests: 2, numTodoTests: 1 }));
  expect(counts).toEqual({ passed: 7, failed: 3, skipped: 3 });
});

test('setup - a file that failed outside its tests is a failure of its own', () => {
  const report = reportOf({ numFailedTests: 1 }, [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] },
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
  ]);
  expect(countsOf(report).failed).toBe(2);
});

test('setup - no report is a failure', () => {
  expect(countsOf(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
