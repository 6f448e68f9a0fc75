import { el, NS } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import { stanzaAttributes, stanzaName } from './stanza-name.ts';

const jingle = (action: string) => el('iq', { type: 'set' }, el('jingle', { xmlns: NS.JINGLE, action }));

test.each([
  [jingle('session-initiate'), 'iq session-initiate', { 'jingle.action': 'session-initiate' }],
  [jingle('alice-loves-romeo'), 'iq', {}],
  [el('iq', { type: 'result' }), 'iq result', {}],
  [el('message', { type: 'chat' }, el('body', {}, 'hush')), 'message', {}],
  [el('message', { type: 'error' }), 'message error', {}],
  [el('presence', { type: 'subscribe' }), 'presence subscribe', {}],
  [el('presence', { type: 'hush' }), 'presence', {}],
])('xmpp edge - in traces a stanza is called by known words: %#', (stanza, name, attributes) => {
  expect(stanzaName(stanza)).toBe(name);
  expect(stanzaAttributes('sip.example.org', stanza)).toEqual({
    'xmpp.domain': 'sip.example.org',
    'xmpp.stanza': stanza.name,
    ...attributes,
  });
});
