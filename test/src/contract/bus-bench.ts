/** What the tests of the bus on NATS share. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { brandKey, type Envelope, type Subject } from '@stoxgate/contracts';

export const options = { maxBacklog: 2000, maxDeliveries: 5, onDeadLetter: () => {} };

export const freshSubject = (): Subject => `stox.evt.t${Date.now().toString(36)}-${Math.random()}` as Subject;

export const envelope = (id: string, key = 'call:a'): Envelope => ({
  v: 1,
  id,
  key: brandKey(key),
  edge: 'edge-1',
  at: 0,
  payload: { type: 'timer.fired', name: 'ring', dueAt: 1 },
});

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Tells the server something in its own text protocol, without waiting for the answer. */
export async function tell(url: string, subject: string, payload = ''): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'data');
  socket.write(`CONNECT {"verbose":false}\r\nPUB ${subject} ${payload.length}\r\n${payload}\r\nPING\r\n`);
  await once(socket, 'data');
  socket.destroy();
}
