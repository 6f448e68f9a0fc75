import fc from 'fast-check';
import { expect, test } from 'vitest';
import { brandAor, brandBareJid } from './brand.ts';
import { commandId, keyOfCommandId } from './command-id.ts';
import {
  callIdOfSid,
  echoOfSid,
  isCallId,
  isEcho,
  keyOfCall,
  keyOfPair,
  keyOfPhone,
  keyOfSid,
  keyOfUser,
  sidOfCallId,
} from './session-key.ts';

/** Any Jingle sid: text without lone surrogates, with the troublemakers made likely. */
const sid = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('%', 's', 'i', 'd', '.', '2', '5', ' ', '@', 'é', '<', 'A') }),
  fc.string().map((text) => `%sid.${text}`),
  fc.string().map((text) => callIdOfSid(callIdOfSid(text))),
);
const HOST = 'gw.example.org';
const callId = fc
  .stringMatching(/^[\w\-.!%*+`'~()<>:\\"/[\]?{}]{1,20}(@[\w\-.!%*+`'~()<>:\\"/[\]?{}]{1,9})?$/)
  .map((text) => text);

test('session key - sid to Call-ID to sid is the identity, and the Call-ID is legal', () => {
  fc.assert(
    fc.property(sid, (text) => {
      expect(isCallId(callIdOfSid(text))).toBe(true);
      expect(sidOfCallId(callIdOfSid(text))).toBe(text);
    }),
  );
});

test('session key - Call-ID to sid to Call-ID is the identity', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        callId,
        callId.map((text) => `%sid.${text}`),
        sid.map(callIdOfSid),
      ),
      (text) => {
        expect(callIdOfSid(sidOfCallId(text))).toBe(text);
      },
    ),
  );
});

test('session key - a legal sid is its own Call-ID (sid and Call-ID equal)', () => {
  for (const text of [
    'a84b4c76e66710@gw.example.org',
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    '%41%zz',
    '%sid.a',
  ]) {
    expect(callIdOfSid(text)).toBe(text);
    expect(sidOfCallId(text)).toBe(text);
  }
});

test('session key - what the Call-ID grammar forbids is escaped (RFC 3261 §25.1)', () => {
  expect(callIdOfSid('two words')).toBe('%sid.two%20words');
  expect(callIdOfSid('a@b@c')).toBe('%sid.a%40b%40c');
  expect(callIdOfSid('é')).toBe('%sid.%C3%A9');
  expect(callIdOfSid('')).toBe('%sid.');
  expect(callIdOfSid('%sid.two%20words')).toBe('%sid.%25sid.two%2520words');
});

test('session key - both edges compute the same key for one call', () => {
  fc.assert(
    fc.property(sid, (text) => {
      expect(keyOfSid(text)).toBe(keyOfCall(callIdOfSid(text)));
      expect(keyOfSid(sidOfCallId(callIdOfSid(text)))).toBe(keyOfSid(text));
    }),
  );
});

test('session key - with a host of ours: sid to Call-ID to sid is the identity, and the Call-ID is legal', () => {
  const withHost = fc.oneof(
    sid,
    sid.map((text) => `${text}@`),
    sid.map((text) => `${text}@${HOST}`),
    callId,
  );
  fc.assert(
    fc.property(withHost, (text) => {
      const own = callIdOfSid(text, HOST);
      expect(isCallId(own)).toBe(true);
      expect(sidOfCallId(own, HOST)).toBe(text);
    }),
  );
});

test('session key - with a host of ours: Call-ID to sid to Call-ID is the identity', () => {
  const withHost = fc.oneof(
    callId,
    fc.stringMatching(/^[\w%.]{1,9}$/).map((text) => `${text}@${HOST}`),
    sid.map((text) => callIdOfSid(text)),
    sid.map((text) => callIdOfSid(text, HOST)),
    sid.map((text) => `${callIdOfSid(text).replaceAll('@', '')}@${HOST}`).filter(isCallId),
    fc.constantFrom('%sid.%25sid.%40@gw.example.org', '%sid.%40@gw.example.org', '%sid.a%40@gw.example.org'),
  );
  fc.assert(
    fc.property(withHost, (text) => {
      expect(callIdOfSid(sidOfCallId(text, HOST), HOST)).toBe(text);
    }),
  );
});

test('session key - with a host of ours it is behind our sids and taken off what has it', () => {
  expect(callIdOfSid('a73sjjvkla37jfea', HOST)).toBe('a73sjjvkla37jfea@gw.example.org');
  expect(sidOfCallId('a73sjjvkla37jfea@gw.example.org', HOST)).toBe('a73sjjvkla37jfea');
  expect(sidOfCallId('1234@other.example', HOST)).toBe('1234@other.example');
  expect(sidOfCallId('1234', HOST)).toBe('1234@');
  expect(keyOfSid('a73', HOST)).toBe('call:a73@gw.example.org');
});

test('session key - the echo of a sid leads to the same call, and is no Call-ID', () => {
  const words = sid.filter((text) => !isEcho(text));
  fc.assert(
    fc.property(words, fc.constantFrom('', HOST), (text, host) => {
      const echo = echoOfSid(text);
      expect(keyOfSid(echo, host)).toBe(keyOfSid(text, host));
      expect(isEcho(echo)).toBe(true);
      expect(isCallId(echo)).toBe(false);
    }),
  );
});

test('session key - kinds do not meet', () => {
  expect(keyOfCall('juliet@example.org')).toBe('call:juliet@example.org');
  expect(keyOfUser(brandBareJid('juliet@example.org'))).toBe('user:juliet@example.org');
  expect(keyOfPhone(brandAor('sip:+15551234@example.net'))).toBe('phone:sip:+15551234@example.net');
  expect(keyOfPair(brandBareJid('juliet@example.org'), brandAor('sip:romeo@example.net'))).toBe(
    'pair:juliet@example.org sip:romeo@example.net',
  );
});

test('command id - leads back to its session, for every key', () => {
  fc.assert(
    fc.property(sid, fc.nat(), (text, sequence) => {
      const key = keyOfSid(text);
      expect(keyOfCommandId(commandId(key, sequence))).toBe(key);
    }),
  );
});

test.each(['', 'zid615d9', '1.', 'call:x', '1.other:x', '1.call:', 'ZZ.call:x', `${'1'.repeat(11)}.call:x`])(
  'command id - %j is not one of ours',
  (id) => {
    expect(keyOfCommandId(id)).toBeUndefined();
  },
);
