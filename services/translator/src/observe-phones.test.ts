import { createNoopMeter } from '@opentelemetry/api';
import { brandKey, type EventEnvelope } from '@stoxgate/contracts';
import type { ServiceContext } from '@stoxgate/runtime';
import { expect, test } from 'vitest';
import type { DialogWatch } from './dialog-watch/dialog-watch.ts';
import { observePhones } from './observe-phones.ts';
import { NOW } from './testing/pair-world.ts';

test('observe phones - a phone whose calls the SIP side does not tell is said once', () => {
  const said: unknown[] = [];
  const log = { warn: (what: object, text: string) => said.push([what, text]), debug: () => undefined };
  const observe = observePhones({ meter: createNoopMeter(), log } as unknown as ServiceContext);
  const key = brandKey('dialogs:sip:1001@example.net');
  const payload = { type: 'phone.dialogs.watched' } as const;
  const envelope: EventEnvelope = { v: 1, id: 'e1', key, edge: 'edge-1', at: NOW, payload };
  const watch: DialogWatch = {
    kind: 'dialogs',
    subscriptions: [],
    retryAt: 0,
    failures: 0,
    told: { calls: 0, until: 0 },
    timerAt: 0,
  };
  const refused = { ...watch, refused: '489' };
  const report = { envelope, outcome: 'applied', startedAt: NOW, at: NOW } as const;
  observe({ ...report, before: undefined, after: watch });
  observe({ ...report, before: watch, after: refused });
  observe({ ...report, before: refused, after: refused });
  expect(said).toEqual([
    [{ key, reason: '489', trace: undefined }, 'calls of a phone are not told by the SIP side'],
  ]);
});
