import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import {
  brandAor,
  brandBareJid,
  keyOfCall,
  keyOfDialogs,
  keyOfPair,
  keyOfPhone,
  keyOfPresence,
  keyOfPublished,
  keyOfUser,
} from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { sessionAttributes } from './session-attributes.ts';
import { startSpan } from './span.ts';
import { startTelemetry } from './telemetry.ts';

const [USER, PHONE] = [brandBareJid('alice@example.org'), brandAor('sip:+15551234@example.net')];
const user = { 'stoxgate.user': USER };
const phone = { 'stoxgate.phone': PHONE };

test.each([
  [keyOfCall('a84b4c@host'), { 'stoxgate.call_id': 'a84b4c@host' }],
  [keyOfPair(USER, PHONE), { ...user, ...phone }],
  [keyOfPresence(USER, PHONE), { ...user, ...phone }],
  [keyOfUser(USER), user],
  [keyOfPhone(PHONE), phone],
  [keyOfPublished(PHONE), phone],
  [keyOfDialogs(PHONE), phone],
  ['nonsense', {}],
])('spans - what %s says is what they are searched by', (key, attributes) => {
  expect(sessionAttributes(key)).toEqual(attributes);
});

test.each([true, false])('spans - name users: %s, whenever an attribute was set', async (namesUsers) => {
  const seen: object[] = [];
  const spanExporter = new InMemorySpanExporter();
  spanExporter.export = (spans, done) => {
    seen.push(...spans.map(({ attributes }) => attributes));
    done({ code: 0 });
  };
  const options = { otlpEndpoint: '', role: 'r', edgeId: 'r', version: '0', spanExporter, namesUsers };
  const { tracer, stop } = startTelemetry(options);
  startSpan(tracer, 'a', undefined, () => user).end(undefined, { ...phone, other: 'x' });
  await stop(1000);
  expect(seen).toEqual([namesUsers ? { ...user, ...phone, other: 'x' } : { other: 'x' }]);
});
