/**
 * Jingle requests that come in; every one is answered. XEP-0166 §6, XEP-0167 §8, XEP-0176 §5.
 */
import type { Call } from './call.ts';
import { reasonIn } from './call-messages.ts';
import { accept, accepted, end, type Line, sendJingle } from './line.ts';
import { attributeOf, childOf, el, NS } from './xml.ts';

async function initiated(line: Line, iq: Element, jingle: Element, known: Call | undefined): Promise<void> {
  const [sid, peer] = [attributeOf(jingle, 'sid'), attributeOf(iq, 'from')];
  if (known?.role === 'responder' && known.phase === 'proceeding' && known.peer === peer) {
    line.stream.reply(iq);
    await accept(line, known, jingle);
    return;
  }
  if (!line.habits.takesDirectCalls) return;
  line.stream.reply(iq);
  const call: Call = { sid, peer, role: 'responder', isProposed: false, phase: 'offered', initiate: jingle };
  line.calls.set(sid, call);
  line.report('incoming', call, 'initiate');
  const ringing = el(NS.RTP_INFO, 'ringing');
  await sendJingle(line, call, { action: 'session-info' }, ringing).catch(() => undefined);
}

async function transportChanged(line: Line, iq: Element, jingle: Element, call: Call): Promise<void> {
  const content = childOf(jingle, 'content');
  const condition = content && (await call.media?.addCandidates(content));
  if (condition === undefined) line.stream.reply(iq);
  else line.stream.refuse(iq, condition);
  line.report('candidates', call, condition);
}

/** The other side wants us to speak, or not to. */
function sendersChanged(line: Line, call: Call, jingle: Element): void {
  const senders = attributeOf(childOf(jingle, 'content'), 'senders') || 'both';
  call.media?.speak(senders === 'both' || senders === call.role);
  line.report('changed', call, senders);
}

async function act(line: Line, iq: Element, jingle: Element, call: Call): Promise<void> {
  const { stream } = line;
  switch (attributeOf(jingle, 'action')) {
    case 'session-accept':
      stream.reply(iq);
      await accepted(line, call, jingle);
      return;
    case 'session-terminate':
      stream.reply(iq);
      end(line, call, reasonIn(jingle) ?? 'none');
      return;
    case 'session-info': {
      stream.reply(iq);
      const info = jingle.firstElementChild?.localName;
      if (info === 'ringing') line.report('ringing', call, attributeOf(iq, 'from'));
      else line.report('changed', call, info);
      return;
    }
    case 'transport-info':
      await transportChanged(line, iq, jingle, call);
      return;
    case 'content-modify':
      stream.reply(iq);
      sendersChanged(line, call, jingle);
      return;
    default:
      stream.refuse(iq, 'feature-not-implemented');
  }
}

export async function takeJingle(line: Line, iq: Element, jingle: Element): Promise<void> {
  const call = line.calls.get(attributeOf(jingle, 'sid'));
  const isOfSession = call !== undefined && call.phase !== 'ended' && call.peer === attributeOf(iq, 'from');
  if (attributeOf(jingle, 'action') === 'session-initiate') await initiated(line, iq, jingle, call);
  else if (isOfSession) await act(line, iq, jingle, call);
  else line.stream.refuse(iq, 'item-not-found');
}
