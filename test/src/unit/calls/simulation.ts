/**
 * One call record under whatever two sides may do to it, in any order: an XMPP caller, two XMPP devices that are called,
 * a SIP side that answers, asks, forks and falls silent. All of it has one sid and Call-ID, so that both legs may live.
 */
import {
  type Command,
  type CommandOf,
  type Event,
  keyOfSid,
  type SipHeaders,
  type SipRequest,
  type XmlElement,
} from '@stoxgate/contracts';
import { createStep, type Session } from '@stoxgate/translator';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';
import { policyOf } from '../../flow/policy.ts';
import { body, CHANGES, contents, LATER_SDPS, SDP, sdpBody } from './descriptions.ts';
import { ALICE, BOBS, FROM_SIP, pick, SID } from './names.ts';

const KEY = keyOfSid(SID);
const BY_MESSAGE = ['jingle', 'rtp', 'audio', 'jmi'];
const BY_SESSION = ['jingle', 'rtp', 'audio'];
const CHAT: string[] = [];
const REASONS = ['success', 'decline', 'cancel', 'busy', 'general-error'];

export interface Turn {
  readonly event: Event;
  readonly commands: readonly Command[];
}

export class Simulation {
  readonly #step;
  readonly turns: Turn[] = [];
  session: Session | undefined;
  #timers = new Map<string, number>();
  #now = 1_000_000;
  #count = 0;
  readonly #sent: CommandOf<'sip.request.send'>[] = [];
  readonly #iqs: CommandOf<'xmpp.stanza.send'>[] = [];
  #gatewayTag = 'none';
  #rseq = 0;
  #proposalId = '';
  #inviteVia = '';
  #cseq = 10;

  constructor(settings: ReadonlyMap<string, string>) {
    this.#step = createStep(policyOf(settings));
  }

  feed(event: Event): void {
    this.#count++;
    const input = { key: KEY, now: this.#now, eventId: `event-${this.#count}`, edge: 'edge', event };
    const { session, commands } = this.#step(this.session, input);
    this.session = session === undefined ? undefined : (JSON.parse(JSON.stringify(session)) as Session);
    this.turns.push({ event, commands });
    for (const command of commands) this.#note(command);
    if (session === undefined) this.#timers.clear();
  }

  #note(command: Command): void {
    if (command.type === 'timer.set') this.#timers.set(command.name, command.dueAt);
    if (command.type === 'timer.clear') this.#timers.delete(command.name);
    if (command.type === 'sip.request.send') this.#sent.push(command);
    if (command.type === 'xmpp.stanza.send' && command.stanza.attrs.type === 'set') this.#iqs.push(command);
    if (command.type === 'xmpp.stanza.send' && childOf(command.stanza, 'propose') !== undefined) {
      this.#proposalId = command.stanza.attrs.id ?? '';
    }
    if (command.type === 'sip.response.send' && command.response.cseq.method === 'INVITE') {
      this.#gatewayTag = command.response.to.params.tag ?? 'none';
      this.#rseq = Number(command.response.headers.rseq?.[0] ?? this.#rseq);
    }
  }

  /** The next timer fires. False when none runs. */
  tick(): boolean {
    const [name, dueAt] = [...this.#timers].sort((one, other) => one[1] - other[1])[0] ?? [];
    if (name === undefined || dueAt === undefined) return false;
    this.#timers.delete(name);
    this.#now = Math.max(this.#now, dueAt);
    this.feed({ type: 'timer.fired', name, dueAt });
    return true;
  }

  jingle(from: string, to: string, action: string, n: number): void {
    const reason = el('reason', {}, el(pick(REASONS, n)));
    const children = action === 'session-terminate' ? [reason] : action === 'session-info' ? [] : contents;
    this.sendJingle(from, to, action, children);
  }

  /** A change of the session by an XMPP party. */
  change(from: string, to: string, n: number): void {
    const [action, child] = pick(CHANGES, n);
    this.sendJingle(from, to, action, [child]);
  }

  sendJingle(
    from: string,
    to: string,
    action: string,
    children: readonly XmlElement[],
    type: 'set' | 'get' = 'set',
  ): void {
    const jingle = el('jingle', { xmlns: NS.JINGLE, action, sid: SID }, ...children);
    const stanza = el('iq', { type, from, to, id: `iq-${this.#count}` }, jingle);
    this.feed({ type: 'xmpp.iq.received', domain: 'example.net', stanza });
  }

  /** The oldest IQ of the gateway, or a newer one, is answered; some more than once. */
  answerIq(n: number): void {
    const iq = n % 4 === 3 ? this.#iqs[0] : this.#iqs.shift();
    if (iq === undefined) return;
    const { to, from, id } = iq.stanza.attrs;
    const error = el('error', { type: 'cancel' }, el('service-unavailable', { xmlns: NS.STANZA_ERROR }));
    const isError = n % 5 === 4;
    const stanza = el(
      'iq',
      { type: isError ? 'error' : 'result', from: to, to: from, id },
      isError ? error : undefined,
    );
    this.feed({ type: 'xmpp.iq.answered', domain: 'example.net', stanza });
  }

  respond(method: string, status: number, n: number, headers: SipHeaders = {}): void {
    const all = this.#sent.filter(({ request }) => request.method === method);
    const sent = n % 7 === 6 ? all[0] : all.at(-1);
    if (sent === undefined) return;
    const { request, branch } = sent;
    const tag =
      request.to.params.tag ??
      (status === 100 ? undefined : this.#tagOfCallee(pick(['a', 'b', ''], n), request));
    const challenge = `Digest realm="r", nonce="${this.#count}"${n % 2 === 0 ? ', stale=true' : ''}`;
    this.feed({
      type: 'sip.response.received',
      branch,
      response: {
        status,
        reason: 'x',
        vias: [],
        from: request.from,
        to: { uri: request.to.uri, params: tag ? { tag } : {} },
        callId: SID,
        cseq: { number: request.cseq, method },
        contacts: [{ uri: 'sip:romeo@192.0.2.5', params: {} }],
        recordRoutes: [],
        headers: status === 407 ? { 'proxy-authenticate': [challenge] } : headers,
        ...(n % 3 === 0 ? {} : { body: this.#answerTo(request, n) }),
      },
    });
  }

  /** A fork has a tag of its own in the dialog of each INVITE: tags are unique (RFC 3261 §19.3). */
  #tagOfCallee(fork: string, { cseq }: Pick<CommandOf<'sip.request.send'>['request'], 'cseq'>): string {
    return fork && (cseq === 1 ? fork : `${fork}${cseq}`);
  }

  /** An answer with as many m-lines as the offer; the first offer gets the plain one. */
  #answerTo({ body: offer }: CommandOf<'sip.request.send'>['request'], n: number) {
    const count = offer?.content.split('\r\nm=').length ?? 2;
    if (count <= 2) return n % 5 === 1 ? pick(LATER_SDPS, n % 3) : body;
    const refused = n % 2 === 0 ? '0' : '5000';
    return sdpBody(`${SDP}${`m=video ${refused} RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n`.repeat(count - 2)}`);
  }

  fail(n: number): void {
    const sent = this.#sent.at(-1 - (n % 2));
    if (sent === undefined || sent.request.method === 'ACK') return;
    const { method, callId } = sent.request;
    this.feed({
      type: 'sip.request.failed',
      branch: sent.branch,
      callId,
      method,
      cause: pick(['timeout', 'transport', 'no-credentials'] as const, n),
    });
  }

  /** A branch of its own for each request; CANCEL has that of the newest INVITE, or a wrong one. */
  #via(method: string, n: number): string {
    const via = `SIP/2.0/UDP 192.0.2.5;branch=z9hG4bK-${this.#count}`;
    if (method === 'INVITE') this.#inviteVia = via;
    return method === 'CANCEL' && n % 4 < 3 ? this.#inviteVia : via;
  }

  request(method: string, n: number, parts: Partial<SipRequest> = {}): void {
    this.feed({
      type: 'sip.request.received',
      source: { protocol: 'udp', address: '192.0.2.5', port: 5060 },
      request: {
        method,
        requestUri: 'sip:bob@example.org',
        maxForwards: 70,
        vias: [this.#via(method, n)],
        from: { uri: 'sip:juliet@example.net', params: { tag: 'caller' } },
        to: { uri: 'sip:bob@example.org', params: {} },
        callId: SID,
        cseq: { number: 1, method },
        contacts: [{ uri: 'sip:juliet@192.0.2.5', params: {} }],
        recordRoutes: [],
        headers: {},
        ...parts,
      },
    });
  }

  /** A request in the dialog that the gateway was called in. */
  fromCaller(method: string, n: number, cseq: number): void {
    const to = { uri: 'sip:bob@example.org', params: { tag: this.#gatewayTag } };
    this.request(method, n, { to, cseq: { number: cseq, method }, ...(n % 2 === 0 ? { body } : {}) });
  }

  /** A request in the dialog that the gateway called in. */
  fromCallee(method: string, n: number): void {
    const invite = this.#sent.findLast(
      (sent) => sent.request.method === 'INVITE' && sent.request.to.params.tag === undefined,
    )?.request;
    if (invite === undefined) return;
    const from = { uri: invite.to.uri, params: { tag: this.#tagOfCallee(pick(['a', 'b'], n), invite) } };
    this.request(method, n, { from, to: invite.from, cseq: { number: 1 + (n % 3), method } });
  }

  /** Another offer in a dialog that is up, in the right order, and the ACK to its 2xx. */
  reoffer(side: 'caller' | 'callee', n: number): void {
    this.#cseq++;
    const method = n % 4 === 0 ? 'UPDATE' : 'INVITE';
    const offer = n % 7 === 6 ? {} : { body: pick(LATER_SDPS, n) };
    const parts = { cseq: { number: this.#cseq, method }, ...offer };
    const dialog = this.#dialogOf(side);
    if (dialog !== undefined) this.request(method, n, { ...dialog, ...parts });
  }

  reack(side: 'caller' | 'callee', n: number): void {
    const dialog = this.#dialogOf(side);
    const cseq = { number: this.#cseq - (n % 2), method: 'ACK' };
    if (dialog !== undefined) this.request('ACK', n, { ...dialog, cseq, ...(n % 3 === 0 ? { body } : {}) });
  }

  /** Tag of the gateway in the dialog that it was called in. */
  get gatewayTag(): string {
    return this.#gatewayTag;
  }

  /** A request in a dialog that is up, in the right order. */
  inDialog(side: 'caller' | 'callee', method: string, n: number, parts: Partial<SipRequest>): void {
    this.#cseq++;
    const dialog = this.#dialogOf(side);
    if (dialog !== undefined)
      this.request(method, n, { ...dialog, cseq: { number: this.#cseq, method }, ...parts });
  }

  #dialogOf(side: 'caller' | 'callee') {
    const uri = 'sip:juliet@example.net';
    if (side === 'caller') {
      const to = { uri: 'sip:bob@example.org', params: { tag: this.#gatewayTag } };
      return { from: { uri, params: { tag: 'caller' } }, to };
    }
    const ack = this.#sent.find((sent) => sent.request.method === 'ACK')?.request;
    return ack && { from: ack.to, to: ack.from };
  }

  resources(n: number): void {
    const features = pick([undefined, undefined, BY_MESSAGE, BY_SESSION, CHAT], Math.floor(n / 6));
    const resources = BOBS.slice(0, n % 3).map((fullJid, place) => ({
      fullJid,
      priority: 0,
      ...(features !== undefined && place === n % 2 ? { features } : {}),
    }));
    this.feed({ type: 'user.resources.answered', bareJid: 'bob@example.org', known: n % 3 > 0, resources });
  }

  /** A message about the call, or the proposal comes back as an error. */
  say(from: string, verb: string, ...children: readonly XmlElement[]): void {
    const call = el(verb, { xmlns: NS.JINGLE_MESSAGE, id: SID }, ...children);
    const stanza = el('message', { type: 'chat', from, to: FROM_SIP, id: `m-${this.#count}` }, call);
    this.feed({ type: 'xmpp.message.received', domain: 'example.net', stanza });
  }

  bounce(from: string): void {
    const error = el('error', { type: 'cancel' }, el('service-unavailable', { xmlns: NS.STANZA_ERROR }));
    const stanza = el('message', { type: 'error', from, to: FROM_SIP, id: this.#proposalId }, error);
    this.feed({ type: 'xmpp.message.received', domain: 'example.net', stanza });
  }

  /** A PRACK for the last reliable response of the gateway, or for another one; some with an offer. */
  prack(n: number): void {
    const rseq = this.#rseq + (n % 5 === 4 ? 1 : 0);
    const to = { uri: 'sip:bob@example.org', params: { tag: this.#gatewayTag } };
    const headers = { rack: [`${rseq} 1 INVITE`] };
    const offer = n % 3 === 0 ? { body: pick(LATER_SDPS, n) } : {};
    this.request('PRACK', n, { to, headers, cseq: { number: 2 + (n % 2), method: 'PRACK' }, ...offer });
  }

  gone(n: number): void {
    this.feed({ type: 'user.resource.gone', fullJid: pick([ALICE, ...BOBS], n) });
  }

  ackMissing(): void {
    this.feed({ type: 'sip.ack.timed-out', callId: SID, localTag: this.#gatewayTag, cseq: 1 });
  }

  /** An event once more; the SIP edge absorbs repeated requests. */
  again(n: number): void {
    const turn = this.turns.at(-1 - (n % 3));
    if (turn !== undefined && turn.event.type !== 'sip.request.received') this.feed(turn.event);
  }
}
