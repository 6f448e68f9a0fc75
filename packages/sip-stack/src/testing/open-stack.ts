/**
 * A stack on a loopback port with a recording user, and a UDP peer that is its proxy.
 */
import { SipStack, type SipStackOptions } from '../sip-stack.ts';
import { CountingMeter, RecordingUser } from './recording-user.ts';
import { UdpPeer } from './udp-peer.ts';

export interface OpenStack {
  readonly stack: SipStack<string>;
  readonly user: RecordingUser;
  readonly meter: CountingMeter;
  readonly peer: UdpPeer;
  close(): Promise<void>;
}

const nothing = (): Promise<never[]> => Promise.resolve([]);

/** A resolver that knows no names. */
export const NO_DNS = { addresses: nothing, srv: nothing, naptr: nothing };

/** @param overrides `proxy: undefined`: none. */
export async function openStack(
  overrides: Partial<Omit<SipStackOptions, 'proxy'>> & {
    readonly proxy?: SipStackOptions['proxy'] | undefined;
  } = {},
): Promise<OpenStack> {
  const { proxy: given, ...rest } = overrides;
  const user = new RecordingUser();
  const meter = new CountingMeter();
  const peer = await UdpPeer.open();
  const proxy =
    'proxy' in overrides ? given : ({ host: '127.0.0.1', port: peer.port, protocol: 'udp' } as const);
  const stack = await SipStack.listen<string>(
    {
      listenHost: '127.0.0.1',
      listenPort: 0,
      localHost: '127.0.0.1',
      peers: [],
      strangers: 'drop',
      credentials: [],
      policy: {
        methods: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'MESSAGE', 'INFO'],
        extensions: ['gruu'],
      },
      maxMessageBytes: 65_535,
      maxTransactions: 1000,
      userAgent: 'test',
      ...rest,
      ...(proxy && { proxy }),
      dns: { ...NO_DNS, ...overrides.dns },
    },
    user,
    meter,
  );
  return {
    stack,
    user,
    meter,
    peer,
    close: async () => {
      await stack.close();
      await peer.close();
    },
  };
}
