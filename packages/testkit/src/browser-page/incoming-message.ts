/**
 * Messages about calls that come in. XEP-0353.
 */
import type { Call } from './call.ts';
import { callElementOf, reasonIn } from './call-messages.ts';
import { end, initiate, type Line, sendMessage } from './line.ts';
import { attributeOf, bareOf, childOf } from './xml.ts';

function proposed(line: Line, sid: string, peer: string): void {
  if (!line.habits.jmi || line.calls.has(sid)) return;
  const call: Call = { sid, peer, role: 'responder', isProposed: true, phase: 'proposed' };
  line.calls.set(sid, call);
  if (line.habits.sendsRinging) sendMessage(line, call, 'ringing', peer);
  line.report('incoming', call, 'propose');
}

async function proceeded(line: Line, call: Call, from: string): Promise<void> {
  if (call.role !== 'initiator' || call.phase !== 'proposed') return;
  call.peer = from;
  call.phase = 'proceeding';
  line.report('proceeding', call);
  await initiate(line, call);
}

/** A server or the peer sent our message back. */
function bounced(line: Line, message: Element): void {
  const sid = /^jm-propose-(.*)$/.exec(attributeOf(message, 'id'))?.[1] ?? '';
  const call = line.calls.get(sid);
  if (call?.phase === 'proposed')
    end(line, call, childOf(childOf(message, 'error'), 'text')?.textContent || conditionOf(message));
}

const conditionOf = (message: Element): string =>
  childOf(message, 'error')?.firstElementChild?.localName ?? 'undefined-condition';

export async function takeMessage(line: Line, message: Element): Promise<void> {
  if (attributeOf(message, 'type') === 'error') {
    bounced(line, message);
    return;
  }
  const about = callElementOf(message);
  if (about === undefined) return;
  const [sid, from, to] = [
    attributeOf(about, 'id'),
    attributeOf(message, 'from'),
    attributeOf(message, 'to'),
  ];
  const verb = about.localName;
  if (verb === 'propose') {
    proposed(line, sid, from);
    return;
  }
  const call = line.calls.get(sid);
  if (call === undefined || bareOf(from) !== bareOf(call.peer)) return;
  const isForUs = !line.habits.isStrict || to === line.stream.fullJid;
  if (verb === 'ringing' && isForUs) line.report('ringing', call, from);
  if (verb === 'proceed' && isForUs) await proceeded(line, call, from);
  if (verb === 'reject' && isForUs && call.phase === 'proposed')
    end(line, call, reasonIn(about) ?? 'decline');
  if (verb === 'retract') end(line, call, reasonIn(about) ?? 'cancel');
  if (verb === 'finish') end(line, call, reasonIn(about) ?? 'success');
}
