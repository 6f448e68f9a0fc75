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

export async function openStack(overrides: Partial<SipStackOptions> = {}): Promise<OpenStack> {
  const user = new RecordingUser();
  const meter = new CountingMeter();
  const peer = await UdpPeer.open();
  const stack = await SipStack.listen<string>(
    {
      listenHost: '127.0.0.1',
      listenPort: 0,
      localHost: '127.0.0.1',
      proxy: { host: '127.0.0.1', port: peer.port, protocol: 'udp' },
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
      ...overrides,
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
