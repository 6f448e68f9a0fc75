/**
 * What the admin listener lets be told of phones.
 */
import { type PhoneDesk, phoneAddress } from '@stoxgate/bosh-edge';
import { keyOfPhone, PhoneReport, type SessionKey } from '@stoxgate/contracts';
import type { PhoneAnswer, PhoneControls } from '@stoxgate/runtime';
import type { SessionStore } from '@stoxgate/store';

/** An account that has just been imported may not be stored yet. */
const STORED_WITHIN_MS = 3000;
const LOOK_EVERY_MS = 50;

const NO_ADDRESS = 'That is no SIP address such as 1001@example.org.';

const refused = (status: 400 | 404, error: string): PhoneAnswer => ({ status, body: { error } });

export function phoneControls(
  desk: Pick<PhoneDesk, 'report' | 'import' | 'remove'>,
  store: Pick<SessionStore, 'load'>,
): PhoneControls {
  const isKnown = async (key: SessionKey): Promise<boolean> => {
    const until = performance.now() + STORED_WITHIN_MS;
    while ((await store.load(key)).record === undefined) {
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return true;
  };
  return {
    report: async (uri, state, source) => {
      const phone = phoneAddress(uri);
      if (phone === undefined) return refused(400, NO_ADDRESS);
      const report = PhoneReport.safeParse(state.toLowerCase());
      if (!report.success) return refused(400, `The states are ${PhoneReport.options.join(', ')}.`);
      if (!(await isKnown(keyOfPhone(phone)))) {
        return refused(
          404,
          `${phone} has no account: put it into a file, and run npx stoxgate phone-accounts import FILE.`,
        );
      }
      await desk.report(phone, report.data, source);
      return { status: 202, body: { phone, state: report.data } };
    },
    import: async (accounts) => {
      const wrong = accounts.find(({ uri }) => phoneAddress(uri) !== uri);
      if (wrong !== undefined) return refused(400, 'An account has no canonical SIP address.');
      await desk.import(accounts);
      return { status: 202, body: { imported: accounts.length } };
    },
    remove: async (uri) => {
      const phone = phoneAddress(uri);
      if (phone === undefined) return refused(400, NO_ADDRESS);
      if (!(await isKnown(keyOfPhone(phone)))) return refused(404, `${phone} has no account.`);
      await desk.remove(phone);
      return { status: 202, body: { phone } };
    },
  };
}
