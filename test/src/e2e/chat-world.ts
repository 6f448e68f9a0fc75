/**
 * A world with chats: SIP users who chat behind one forking proxy, which is where the gateway sends SIP.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  type ChatPhone,
  type ChatPhoneOptions,
  startChatPhone,
  startSipFork,
  type XmppUser,
} from '@stoxgate/testkit';
import { childOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import { sipAddressOf } from './call-up.ts';
import { type Mode, startWorld, type World, type WorldOptions } from './world.ts';

export interface ChatWorld extends World {
  /** A device of the SIP user `name`; with a `gr` it is an instance of its own. */
  chatter(name: string, options?: Partial<ChatPhoneOptions>): Promise<ChatPhone>;
  /** Makes whoever listens at `port` a device of the SIP user `name`. */
  register(name: string, port: number): void;
}

interface Device {
  readonly user: string;
  readonly gr: string | undefined;
  readonly port: number;
}

/** @param messages keys of `messages` in the configuration beside the endpoint. */
export async function startChatWorld(
  mode: Mode,
  messages: Readonly<Record<string, unknown>>,
  options: Omit<WorldOptions, 'config'>,
): Promise<ChatWorld> {
  const msrp = { enabled: true, listen_host: '127.0.0.1', listen_port: 0, ...(messages.msrp ?? {}) };
  const world = await startWorld(mode, { ...options, config: { messages: { ...messages, msrp } } });
  const devices: Device[] = [];
  const stops: (() => Promise<void>)[] = [world.stop];
  const fork = await startSipFork({
    port: world.proxyPort,
    cancels: false,
    targets: (requestUri) => {
      const [, name] = /^sip:([^@]+)@/.exec(requestUri) ?? [];
      const gr = /;gr=([^;]+)/.exec(requestUri)?.[1];
      const found = devices.filter(({ user }) => user === name);
      return found.filter((device) => gr === undefined || device.gr === gr).map(({ port }) => port);
    },
  }).catch(async (cause: unknown) => {
    await world.stop();
    throw cause;
  });
  stops.push(fork.stop);
  return {
    ...world,
    chatter: async (name, given = {}) => {
      const target = { host: '127.0.0.1', port: world.sipPort };
      const phone = await startChatPhone({ aor: sipAddressOf(name), target, ...given });
      devices.push({ user: name, gr: given.gr, port: phone.sip.port });
      stops.push(() => phone.stop());
      return phone;
    },
    register: (user, port) => void devices.push({ user, gr: undefined, port }),
    stop: async () => {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
}

/** A text of `user` in a chat. */
export const say = (user: XmppUser, to: string, id: string, text: string, ...more: XmlElement[]) =>
  user.send(el('message', { to, type: 'chat', id }, el('body', {}, text), ...more));

/** A state of `user` in a chat (XEP-0085). */
export const tell = (user: XmppUser, to: string, state: string) =>
  user.send(el('message', { to, type: 'chat', id: state }, el(state, { xmlns: NS.CHAT_STATES })));

/** Whether a stanza is that text. */
export const isText =
  (text: string) =>
  (stanza: XmlElement): boolean => {
    const body = childOf(stanza, 'body');
    return stanza.name === 'message' && body !== undefined && textOf(body) === text;
  };

/** Whether a stanza says this and no text. */
export const isWord =
  (name: string) =>
  (stanza: XmlElement): boolean =>
    stanza.name === 'message' && childOf(stanza, name) !== undefined && childOf(stanza, 'body') === undefined;

export const isErrorOf =
  (id: string) =>
  ({ name, attrs }: XmlElement): boolean =>
    name === 'message' && attrs.type === 'error' && attrs.id === id;
