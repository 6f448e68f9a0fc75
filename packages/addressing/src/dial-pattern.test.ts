import { describe, expect, it } from 'vitest';
import { compileDialPattern, dialRuleProblem, MAX_DIALLED } from './dial-pattern.ts';

describe('dial pattern', () => {
  it.each([
    ['00', '+'],
    ['0([1-9]\\d{2,12})$', '+49$1'],
    ['(?:00|\\+)(49|43|41)?(\\d+)$', '+$1$2'],
    ['(?!\\+49)[+*#0-9]', undefined],
    ['(?<area>\\d{2,4})-?(?<rest>\\d+)', '$<area>$<rest>'],
    ['[(+]1\\)?\\p{Nd}+', '+1'],
    ['(?:\\d\\d){3}$', '$&'],
  ])('dial pattern - %s may be used', (match, replace) => {
    expect(dialRuleProblem(match, replace)).toBeUndefined();
  });

  it.each([
    ['(', 'is no regular expression'],
    ['\\y', 'is no regular expression'],
    ['a'.repeat(257), 'is longer than 256 characters'],
    ['(\\d+)+$', 'could take too long'],
    ['(?:\\d?){30}$', 'could take too long'],
    ['(?:0|00)*$', 'could take too long'],
    ['(?:(?:0|00)){2,}$', 'could take too long'],
    ['\\d*\\d*\\d*$', 'could take too long'],
    ['(?=\\d*\\d*\\d*#)\\d', 'could take too long'],
    ['(?:0|00)'.repeat(20), 'could take too long'],
    ['(?:0?)'.repeat(20), 'could take too long'],
    ['(\\d+)\\1', 'could take too long'],
    ['(?<a>\\d+)\\k<a>', 'could take too long'],
  ])('dial pattern - %s may not', (match, problem) => {
    expect(dialRuleProblem(match)).toContain(problem);
  });

  it('dial pattern - a replacement names no group that is not there', () => {
    expect(dialRuleProblem('0(\\d+)', '+49$2')).toBe('has 1 groups, and the replacement names $2');
  });

  it.each(['\\d*\\d*#$', '(\\d{1,60})(\\d{1,60})(\\d{1,9})#$', '[0-9]*(?:1?1?1?1?)[0-9]*#$'])(
    'dial pattern - %s, among the slowest that may be used, comes to an end on the longest number',
    (match) => {
      expect(dialRuleProblem(match)).toBeUndefined();
      expect(compileDialPattern(match).test('1'.repeat(MAX_DIALLED))).toBe(false);
    },
  );
});
