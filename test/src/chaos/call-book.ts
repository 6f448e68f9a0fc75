/**
 * What became of each call, as the wire between the dispatcher and the phones, and the XMPP user, saw it. Both ends name a
 * call alike: the Call-ID is the sid.
 */
import type { SipMessageSeen } from '@stoxgate/testkit';
import { CHATTER } from './chats.ts';

export interface CallRecord {
  readonly from: 'sip' | 'xmpp';
  readonly begunAt: number;
  /** The phone's side: the 200 to the INVITE was acknowledged. */
  acknowledgedAt?: number;
  /** INVITEs that passed after the ACK: a dead edge's, sent again. */
  invitesAfterAck?: number;
  /** The user's side: its session-accept was taken, or it got one. */
  acceptedAt?: number;
  /** Final status of the INVITE, when it was no 200. */
  refusedWith?: number;
  /** Who sent BYE, and whether it was answered. */
  bye?: 'phone' | 'gateway';
  isByeAnswered?: boolean;
  /** What the user was told, or its own hang-up. */
  terminated?: { readonly by: 'user' | 'gateway'; readonly reason: string; readonly at: number };
}

export interface CallTally {
  begun: number;
  established: number;
  kept: number;
  /** Not established, both sides know that it is over: by reason. */
  readonly ended: Record<string, number>;
  /** Established and cut, or one side was not told: what is known of each. */
  readonly lost: string[];
  /** Neither established nor over. */
  readonly hanging: string[];
}

export class CallBook {
  readonly calls = new Map<string, CallRecord>();

  begin(id: string, from: CallRecord['from']): CallRecord {
    const known = this.calls.get(id);
    if (known !== undefined) return known;
    const call: CallRecord = { from, begunAt: Date.now() };
    this.calls.set(id, call);
    return call;
  }

  /** Something passed the dispatcher. */
  passed({ method, callId, status, isFromGateway, to }: SipMessageSeen): void {
    const isChat = to.includes(`sip:${CHATTER}`);
    if (method === 'INVITE' && status === undefined && !isChat)
      this.begin(callId, isFromGateway ? 'xmpp' : 'sip');
    const call = this.calls.get(callId);
    if (call === undefined) return;
    const isAfterAck = method === 'INVITE' && status === undefined && call.acknowledgedAt !== undefined;
    if (isAfterAck) call.invitesAfterAck = (call.invitesAfterAck ?? 0) + 1;
    if (method === 'ACK' && call.refusedWith === undefined) call.acknowledgedAt ??= Date.now();
    if (method === 'INVITE' && status !== undefined && status >= 300) call.refusedWith ??= status;
    if (method !== 'BYE') return;
    if (status === undefined) call.bye ??= isFromGateway ? 'gateway' : 'phone';
    else if (status >= 200) call.isByeAnswered = true;
  }

  /** Whether nothing more is to be expected of any call. */
  get isSettled(): boolean {
    return [...this.calls.values()].every((call) => fateOf(call) !== 'open');
  }

  tally(from: CallRecord['from']): CallTally {
    const tally: CallTally = { begun: 0, established: 0, kept: 0, ended: {}, lost: [], hanging: [] };
    for (const [id, call] of this.calls) {
      if (call.from !== from) continue;
      tally.begun++;
      const isUp = isEstablished(call);
      if (isUp) tally.established++;
      const fate = fateOf(call);
      if (isUp && fate === 'as wished') tally.kept++;
      else if (isUp) tally.lost.push(`${id} ${JSON.stringify(call)}`);
      else if (fate === 'open') tally.hanging.push(`${id} ${JSON.stringify(call)}`);
      else {
        const reason = reasonOf(call);
        tally.ended[reason] = (tally.ended[reason] ?? 0) + 1;
      }
    }
    return tally;
  }
}

const isEstablished = ({ acknowledgedAt, acceptedAt }: CallRecord): boolean =>
  acknowledgedAt !== undefined && acceptedAt !== undefined;

/** `as wished`: who was to hang up did, and the other side was told. */
function fateOf(call: CallRecord): 'as wished' | 'otherwise' | 'open' {
  const { from, bye, isByeAnswered, terminated, acknowledgedAt, refusedWith } = call;
  const isPhoneDone = isByeAnswered === true || (acknowledgedAt === undefined && refusedWith !== undefined);
  // A call that never reached the user, or never the phone, is over where it was.
  const isUserDone = terminated !== undefined || (from === 'sip' && call.acceptedAt === undefined);
  const isPhoneUnaware = from === 'xmpp' && acknowledgedAt === undefined;
  if (!isUserDone || !(isPhoneDone || isPhoneUnaware)) return 'open';
  const wished =
    from === 'sip'
      ? bye === 'phone' && terminated?.by === 'gateway' && terminated.reason === 'success'
      : bye === 'gateway' && terminated?.by === 'user';
  return wished ? 'as wished' : 'otherwise';
}

const reasonOf = ({ from, refusedWith, terminated }: CallRecord): string =>
  from === 'sip' ? String(refusedWith ?? terminated?.reason) : (terminated?.reason ?? String(refusedWith));
