import { expect, test } from 'vitest';
import { crossChecks } from './checks.ts';
import { numbersOf } from './numbers.ts';
import { Config } from './schema.ts';

const config = (numbers: object): Config =>
  Config.parse({
    xmpp: { domains: ['example.org'], components: [{ domain: 'sip.example.org', secret: 's' }] },
    numbers,
  });
const sentences = (numbers: object): string =>
  crossChecks(config(numbers))
    .map(({ sentence }) => sentence)
    .join('\n');

test.each([
  [{ match: '(', replace: '+' }, 'numbers.dialplan[0].match is no regular expression'],
  [{ match: '(\\d+)+$', refuse: true }, 'numbers.dialplan[0].match could take too long on some number'],
  [{ match: '0', replace: '$1' }, 'numbers.dialplan[0].match has 0 groups, and the replacement names $1.'],
  [{ match: '0' }, 'numbers.dialplan[0] changes nothing; give it replace or refuse.'],
  [{ match: '0', replace: '', refuse: true }, 'numbers.dialplan[0] has both replace and refuse; keep one.'],
  [{ match: '0', refuse: true, direction: 'from_sip' }, 'its direction cannot be from_sip.'],
])('config numbers - of a dial rule %j is said: %s', (rule, sentence) => {
  expect(sentences({ dialplan: [rule] })).toContain(sentence);
});

test('config numbers - names and phones of users are told apart', () => {
  const phone = '+4930111';
  const two = (username: string, other: string) => [
    { username: 'alice', phone },
    { username, phone: other },
  ];
  expect(sentences({ username_to_phone: two('bob', '+4930112') })).toBe('');
  expect(sentences({ username_to_phone: two('alice', '+4930112') })).toContain(
    'numbers.username_to_phone[1].username is that of numbers.username_to_phone[0], too; keep one.',
  );
  expect(sentences({ username_to_phone: two('bob', phone) })).toContain('[1].phone is that of');
  expect(sentences({ username_to_phone: [{ username: 'a@example.net', phone }] })).toContain(
    'is at example.net, which is neither in xmpp.domains nor a component.',
  );
  expect(() => config({ username_to_phone: [{ username: 'a', phone: '030' }] })).toThrow(/write \+ or \*/);
});

test('config numbers - the address map has the rules, or none', () => {
  expect(numbersOf(config({}))).toBeUndefined();
  const rules = {
    dialplan: [
      { match: '0', replace: '+49', direction: 'to_sip' },
      { match: '1', refuse: true },
    ],
    username_to_phone: [{ username: 'alice', phone: '+4930111' }],
    hosts: ['trunk.example'],
    caller_host: 'trunk.example',
  };
  expect(sentences(rules)).toBe('');
  expect(numbersOf(config(rules))).toEqual({
    dialplan: rules.dialplan,
    phones: rules.username_to_phone,
    hosts: ['trunk.example'],
    callerHost: 'trunk.example',
  });
});
