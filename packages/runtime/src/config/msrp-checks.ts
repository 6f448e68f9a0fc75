import { isIP } from 'node:net';
import type { KeyPath } from './key-tree.ts';
import type { Problem } from './problems.ts';
import type { Config } from './schema.ts';

/** Whether there are chat sessions over MSRP: the MSRP edge runs then. */
export const isMsrpSpoken = ({ messages }: Pick<Config, 'messages'>): boolean => messages.msrp.enabled;

/** @param isPeer whether an entry is an address, a CIDR or `tls:` and a name. */
export function msrpChecks({ messages, sip }: Config, isPeer: (entry: string) => boolean): Problem[] {
  const { msrp } = messages;
  const problems: Problem[] = [];
  const problem = (path: KeyPath, sentence: string): void => void problems.push({ path, sentence });
  msrp.peers.forEach((peer, at) => {
    if (isPeer(peer) && isIP(peer.split('/')[0] ?? '') !== 0) return;
    const sentence = `messages.msrp.peers[${at}] must be an address or a CIDR; found "${peer}".`;
    problem(['messages', 'msrp', 'peers', at], sentence);
  });
  if (messages.chat_mode === 'msrp' && !msrp.enabled) {
    const sentence = 'messages.chat_mode is msrp: set messages.msrp.enabled, or let chat_mode be auto.';
    problem(['messages', 'chat_mode'], sentence);
  }
  if (messages.oversize === 'msrp' && !msrp.enabled) {
    const sentence = 'messages.oversize is msrp: set messages.msrp.enabled, or let oversize be chunk.';
    problem(['messages', 'oversize'], sentence);
  }
  if (msrp.offer === 'tls' && msrp.tls_port === 0) {
    problem(['messages', 'msrp', 'offer'], 'messages.msrp.offer is tls: messages.msrp.tls_port must be set.');
  }
  if (msrp.tls_port === 0) return problems;
  if (sip.tls.cert_file === '') {
    problem(
      ['messages', 'msrp', 'tls_port'],
      'messages.msrp.tls_port shows the certificate of sip.tls: sip.tls needs cert_file and key_file.',
    );
  }
  if (msrp.tls_port === msrp.listen_port) {
    const sentence = `messages.msrp.tls_port must differ from listen_port, which is ${msrp.tls_port} too.`;
    problem(['messages', 'msrp', 'tls_port'], sentence);
  }
  return problems;
}
