/**
 * Whether the XMPP server hands on the calls of the domains in `xmpp.intercept`: our module there says so in service
 * discovery. XEP-0030 §3.
 */
import { type Config, interceptedOf } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Conversation } from '../probes.ts';

/** What mod_stoxgate adds to the features of its host. */
const INTERCEPT_FEATURE = 'stoxgate:intercept:0';

async function checkDomain(
  line: Conversation,
  component: string,
  domain: string,
  key: string,
): Promise<Finding> {
  const id = `doctor ${domain}`;
  line.say(
    `<iq type="get" id="${id}" from="${component}" to="${domain}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`,
  );
  const heard = await line.hear((text) => answerIn(text, id) !== undefined);
  if (answerIn(heard, id)?.includes(`'${INTERCEPT_FEATURE}'`))
    return well(key, `calls of ${domain} are handed to ${component}`);
  return wrong(
    'intercept-missing',
    key,
    `the XMPP server does not say that it hands on the calls of ${domain}`,
    'load mod_stoxgate there for that host (docs/guides/intercept.md)',
  );
}

/** The answer, its quotes alike. */
function answerIn(heard: string, id: string): string | undefined {
  const text = heard.replaceAll('"', "'");
  const at = text.indexOf(`id='${id}'`);
  const end = text.indexOf('</iq>', at);
  return at < 0 || end < 0 ? undefined : text.slice(at, end);
}

/** @param line the stream of `component`, after its handshake. */
export async function checkIntercepted(
  line: Conversation,
  config: Config,
  component: string,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [at, one] of (interceptedOf(config) ?? []).entries())
    if (one.component === component)
      findings.push(await checkDomain(line, component, one.domain, `xmpp.intercept[${at}]`));
  return findings;
}
