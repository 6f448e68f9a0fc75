/**
 * The component's stream, as the gateway opens it. XEP-0114 §3.
 */
import { createHash } from 'node:crypto';
import type { Config } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Conversation, Probes } from '../probes.ts';
import { checkIntercepted } from './intercept.ts';

type Component = Config['xmpp']['components'][number];

const opening = (domain: string): string =>
  `<?xml version="1.0"?><stream:stream xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams" to="${domain}">`;
const CONDITION =
  /<(?:[a-z]+:)?(host-unknown|host-gone|not-authorized|conflict|invalid-namespace|[a-z]+-[a-z-]+)\b/;
const ENDS = /<stream:error|<\/stream:stream>/;

const conditionIn = (heard: string): string | undefined => {
  const at = heard.indexOf('<stream:error');
  return at < 0 ? undefined : CONDITION.exec(heard.slice(at + '<stream:error'.length))?.[1];
};

function faultOf(condition: string | undefined, component: Component, key: string): Finding {
  const { domain, host, port } = component;
  const place = `${host}:${port}`;
  switch (condition) {
    case 'host-unknown':
    case 'host-gone':
      return wrong(
        'component-host-unknown',
        `${key}.domain`,
        `${place} knows no component ${domain}`,
        `declare it there (Component "${domain}"), or correct the domain`,
      );
    case 'not-authorized':
      return wrong(
        'component-secret',
        `${key}.secret`,
        `${place} does not take the secret of ${domain}`,
        'write the same one in both',
      );
    case 'conflict':
      return wrong(
        'component-conflict',
        `${key}.domain`,
        `${place} has a connection of ${domain} already`,
        'let it be, if that is a gateway of yours; else give the component a domain of its own',
      );
    default:
      return wrong(
        'component-no-listener',
        `${key}.port`,
        `what listens at ${place} takes no components${condition === undefined ? '' : ` (${condition})`}`,
        'set the port of the component listener; Prosody: component_ports, ejabberd: ejabberd_service',
      );
  }
}

/** Undefined when the server takes the component; then more can be said. */
async function shakeHands(
  line: Conversation,
  component: Component,
  key: string,
): Promise<Finding | undefined> {
  const { domain, secret = '' } = component;
  line.say(opening(domain));
  const head = await line.hear((heard) => /<stream:stream[^>]*>/.test(heard) || ENDS.test(heard));
  const id = /<stream:stream[^>]*\bid=['"]([^'"]+)['"]/.exec(head)?.[1];
  // A listener for clients or servers speaks of itself so, whatever it says then.
  const isOther = /<stream:stream[^>]*\bxmlns=['"]jabber:(?:client|server)['"]/.test(head);
  if (isOther) return faultOf('invalid-namespace', component, key);
  if (id === undefined || ENDS.test(head)) return faultOf(conditionIn(head), component, key);
  line.say(
    `<handshake>${createHash('sha1')
      .update(id + secret)
      .digest('hex')}</handshake>`,
  );
  const answer = await line.hear(
    (heard) => /<handshake\s*\/>|<handshake>\s*<\/handshake>/.test(heard) || ENDS.test(heard),
  );
  return /<handshake/.test(answer) ? undefined : faultOf(conditionIn(answer), component, key);
}

async function takeLeave(line: Conversation): Promise<void> {
  line.say('</stream:stream>');
  // Until then the server holds the place for us.
  await line.hear((heard) => heard.includes('</stream:stream>'));
}

async function checkOne(
  config: Config,
  component: Component,
  key: string,
  probes: Probes,
): Promise<readonly Finding[]> {
  const { domain, host, port } = component;
  const opened = await probes.connect({ host, port });
  if (!opened.ok) {
    return [
      wrong(
        'component-unreachable',
        `${key}.port`,
        `${host}:${port} does not answer (${opened.code})`,
        'start the XMPP server, or correct host and port of its component listener',
      ),
    ];
  }
  const { line } = opened;
  try {
    const fault = await shakeHands(line, component, key);
    if (fault !== undefined) return [fault];
    const intercepted = await checkIntercepted(line, config, domain);
    await takeLeave(line);
    return [well(`${key}.port`, `${host}:${port} takes ${domain}`), ...intercepted];
  } finally {
    line.close();
  }
}

/** @param isRunning its link would be displaced, or ours refused. */
export const checkComponents = async (
  config: Config,
  probes: Probes,
  isRunning: boolean,
): Promise<readonly Finding[]> => {
  const found = await Promise.all(
    config.xmpp.components.map((component, at) => {
      const key = `xmpp.components[${at}]`;
      return isRunning
        ? [well(key, `${component.domain} is the running gateway's and left alone; /readyz says how it is`)]
        : checkOne(config, component, key, probes);
    }),
  );
  return found.flat();
};
