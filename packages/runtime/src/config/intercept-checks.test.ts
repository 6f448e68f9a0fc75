import { expect, test } from 'vitest';
import { interceptChecks, interceptedOf } from './intercept.ts';
import { Config } from './schema.ts';

const config = (intercept: object[] = []): Config =>
  Config.parse({
    xmpp: {
      domains: ['example.org', 'example.com'],
      components: [
        { domain: 'sip.example.org', secret: 's3cret' },
        { domain: 'calls.example.org', secret: 's3cret' },
      ],
      intercept,
    },
  });

test('config intercept - a domain is handed to the component that is named, or to the first', () => {
  const given = config([
    { domain: 'Example.org' },
    { domain: 'example.com', component: 'calls.example.org' },
  ]);
  expect(interceptChecks(given)).toEqual([]);
  expect(interceptedOf(given)).toEqual([
    { domain: 'example.org', component: 'sip.example.org' },
    { domain: 'example.com', component: 'calls.example.org' },
  ]);
  expect(interceptedOf(config())).toBeUndefined();
});

test.each([
  [
    'a domain twice',
    [{ domain: 'example.org' }, { domain: 'example.org' }],
    'xmpp.intercept[1] is for example.org, as xmpp.intercept[0] is; keep one.',
  ],
  [
    'a domain that is not served',
    [{ domain: 'example.net' }],
    'xmpp.intercept[0] is for example.net, which is not in xmpp.domains; add it there.',
  ],
  [
    'a component that is none',
    [{ domain: 'example.org', component: 'sip.example.com' }],
    'xmpp.intercept[0].component is sip.example.com, which none of xmpp.components is.',
  ],
])('config intercept - %s is told', (_, intercept, sentence) => {
  expect(interceptChecks(config(intercept)).map((problem) => problem.sentence)).toEqual([sentence]);
});
