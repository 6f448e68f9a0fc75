/**
 * The WebRTC side of one call: descriptions and candidates in and out as Jingle. XEP-0176 §5, XEP-0167 §6.
 */
import type { ClientHabits } from '../client-habits.ts';
import { elementOfCandidate, lineOfCandidate } from './candidate.ts';
import { jingleFromSdp, sectionsOf, transportOf } from './jingle-from-sdp.ts';
import { sdpFromJingle } from './sdp-from-jingle.ts';
import type { Ear, Sound } from './sound.ts';
import { attributeOf, childOf, childrenOf, el, NS } from './xml.ts';

const GATHERING_MS = 5000;

export interface MediaSessionOptions {
  readonly role: 'initiator' | 'responder';
  readonly habits: ClientHabits;
  readonly sound: Sound;
  readonly toneHz: number;
  /** Whether its candidates all go in the description. */
  readonly gathersFirst: boolean;
  sendTransport(content: Element): void;
  onConnection(state: RTCPeerConnectionState): void;
}

export class MediaSession {
  readonly #options: MediaSessionOptions;
  readonly #pc: RTCPeerConnection;
  readonly #microphone: MediaStreamTrack;
  /** Content names of both sides' descriptions by `mid`. */
  readonly #names = new Map<string, string>();
  #ear: Ear | undefined;
  readonly #ours: Element[] = [];
  #mayTrickle = false;
  readonly #theirs: Element[] = [];
  #remote: Element | undefined;

  constructor(options: MediaSessionOptions) {
    this.#options = options;
    this.#pc = new RTCPeerConnection({ bundlePolicy: options.habits.bundlePolicy });
    this.#microphone = options.sound.microphone(options.toneHz);
    this.#pc.onicecandidate = ({ candidate }) => this.#found(candidate);
    this.#pc.onconnectionstatechange = () => options.onConnection(this.#pc.connectionState);
    this.#pc.ontrack = ({ track }) => {
      this.#ear ??= options.sound.ear(track);
    };
  }

  #nameOf(mid: string): string {
    const name = this.#names.get(mid) ?? this.#options.habits.contentName ?? mid;
    this.#names.set(mid, name);
    return name;
  }

  #midOf(name: string): string {
    for (const [mid, known] of this.#names) if (known === name) return mid;
    this.#names.set(name, name);
    return name;
  }

  #addMicrophone(): void {
    this.#pc.addTrack(this.#microphone);
    if (this.#options.habits.hasKeypad) return;
    const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
    const plain = codecs.filter(({ mimeType }) => !/telephone-event|red|CN/i.test(mimeType));
    for (const transceiver of this.#pc.getTransceivers()) transceiver.setCodecPreferences(plain);
  }

  /** Children of a session-initiate. */
  async offer(): Promise<readonly Element[]> {
    this.#addMicrophone();
    await this.#pc.setLocalDescription(await this.#pc.createOffer());
    return this.#described();
  }

  /** Children of the session-accept that answers `initiate`. */
  async answer(initiate: Element): Promise<readonly Element[]> {
    await this.#takeDescription('offer', initiate);
    this.#addMicrophone();
    await this.#pc.setLocalDescription(await this.#pc.createAnswer());
    return this.#described();
  }

  takeAnswer(accept: Element): Promise<void> {
    return this.#takeDescription('answer', accept);
  }

  async #takeDescription(type: 'offer' | 'answer', jingle: Element): Promise<void> {
    const from = type === 'offer' ? 'initiator' : 'responder';
    const sdp = sdpFromJingle(jingle, { from, midOf: (name) => this.#midOf(name) });
    await this.#pc.setRemoteDescription({ type, sdp });
    this.#remote = childOf(childOf(jingle, 'content'), 'transport');
    for (const content of this.#theirs.splice(0)) await this.addCandidates(content);
  }

  async #described(): Promise<readonly Element[]> {
    const { gathersFirst, role, habits } = this.#options;
    if (gathersFirst) await this.#gathered();
    const groups = habits.groups;
    const nameOf = (mid: string): string => this.#nameOf(mid);
    const sdp = this.#pc.localDescription?.sdp ?? '';
    return jingleFromSdp(sdp, { role, groups, nameOf, inlineCandidates: gathersFirst });
  }

  #gathered(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#pc.iceGatheringState !== 'complete') return;
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(resolve, GATHERING_MS);
      this.#pc.onicegatheringstatechange = look;
      look();
    });
  }

  #found(candidate: RTCIceCandidate | null): void {
    const { gathersFirst, habits } = this.#options;
    if (gathersFirst) return;
    const isEnd = candidate === null || candidate.candidate === '';
    if (isEnd && !habits.saysGatheringComplete) return;
    const payload = isEnd ? el(NS.ICE, 'gathering-complete') : elementOfCandidate(candidate.candidate);
    if (payload === undefined) return;
    const [, lines = []] = sectionsOf(this.#pc.localDescription?.sdp ?? '');
    const transport = transportOf(lines, false);
    transport.replaceChildren(payload);
    if (!habits.trickleHasPwd) transport.removeAttribute('pwd');
    this.#ours.push(el(NS.JINGLE, 'content', { creator: 'initiator', name: this.contentName() }, transport));
    if (this.#mayTrickle) this.trickle();
  }

  /** From now on candidates go out as they are found; those that waited go at once. */
  trickle(): void {
    this.#mayTrickle = true;
    for (const content of this.#ours.splice(0)) this.#options.sendTransport(content);
  }

  /** Takes the candidates of one transport-info; gives the condition of an error when it does not like them. */
  async addCandidates(content: Element): Promise<string | undefined> {
    if (this.#remote === undefined) {
      this.#theirs.push(content);
      return undefined;
    }
    const transport = childOf(content, 'transport');
    const candidates = childrenOf(transport, 'candidate');
    const { takesCandidates } = this.#options.habits;
    if (takesCandidates === 'one-strict') {
      const isSame = (key: string): boolean => attributeOf(transport, key) === attributeOf(this.#remote, key);
      if (candidates.length !== 1 || !isSame('ufrag') || !isSame('pwd')) return 'not-authorized';
    }
    const sdpMid = this.#midOf(attributeOf(content, 'name'));
    for (const candidate of takesCandidates === 'all' ? candidates : candidates.slice(0, 1))
      await this.#pc.addIceCandidate({ candidate: lineOfCandidate(candidate), sdpMid });
    return undefined;
  }

  /** Name of its one content. */
  contentName(): string {
    return this.#nameOf(this.#pc.getTransceivers()[0]?.mid ?? '0');
  }

  /** Whether its tone goes out, or silence. */
  speak(isSpeaking: boolean): void {
    this.#microphone.enabled = isSpeaking;
  }

  /** Presses keys, for a tenth of a second each. */
  dial(keys: string): void {
    const dtmf = this.#pc.getSenders()[0]?.dtmf;
    if (!dtmf?.canInsertDTMF) throw new Error('digits cannot be sent in this call');
    dtmf.insertDTMF(keys, 120, 120);
  }

  hear(): ReturnType<Ear['hear']> {
    return this.#ear?.hear() ?? { frequencyHz: 0, share: 0, level: 0, keys: '' };
  }

  close(): void {
    this.#ear?.close();
    this.#microphone.stop();
    this.#pc.close();
  }
}
