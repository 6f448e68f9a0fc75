/** Waits until an XMPP server has noticed that a component is gone: what it hands to the dead connection has no answer. */
import type { XmppUser } from '@stoxgate/testkit';
import { el, NS } from '@stoxgate/wire-xmpp';
import { expect } from 'vitest';

export const componentGone = (user: XmppUser, component: string): Promise<void> =>
  expect
    .poll(async () => {
      const ping = el('iq', { type: 'get', to: component }, el('ping', { xmlns: NS.PING }));
      return (await user.iq(ping, 500).catch(() => undefined))?.attrs.type;
    })
    .toBe('error');
