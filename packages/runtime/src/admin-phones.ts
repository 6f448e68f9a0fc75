/**
 * What can be told of phones by HTTP.
 */
import { getConnInfo } from '@hono/node-server/conninfo';
import { type EventOf, PhoneAccountImported } from '@stoxgate/contracts';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { refusalOf } from './admin-guard.ts';

/** What is answered, with its status. */
export interface PhoneAnswer {
  readonly status: 202 | 400 | 404;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface PhoneControls {
  /** Tells a state of the phone, or a change of it. Rejects when bus or store does not answer. */
  report(uri: string, state: string, source: 'command' | 'admin'): Promise<PhoneAnswer>;
  /** Gives accounts. Rejects when the bus does not answer. */
  import(accounts: readonly EventOf<'phone.account.imported'>[]): Promise<PhoneAnswer>;
  /** Takes an account away; its phone goes offline first. Rejects when bus or store does not answer. */
  remove(uri: string): Promise<PhoneAnswer>;
}

const MAX_BYTES = 8 * 1024 * 1024;

const State = z.strictObject({ state: z.string(), source: z.enum(['command', 'admin']).default('admin') });
const Accounts = z.strictObject({ accounts: z.array(PhoneAccountImported) });

/** The body as JSON that fits; undefined when it does not, or does not say that it is JSON. */
async function bodyOf<Body>(context: Context, schema: z.ZodType<Body>): Promise<Body | undefined> {
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? '')) return undefined;
  const text = await context.req.text();
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** `POST /` with accounts, `POST /:uri/state` with a state, `DELETE /:uri`. `controls` undefined: phones are not configured. */
export function phonesApp(controls: PhoneControls | undefined, token: string | undefined): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const refusal = refusalOf((name) => context.req.header(name), peerOf(context), token);
    if (refusal === undefined) return next();
    if (refusal.status === 401) context.header('www-authenticate', 'Bearer');
    return context.json({ error: refusal.error }, refusal.status);
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BYTES,
      onError: (context) => context.json({ error: `More than ${MAX_BYTES} bytes.` }, 413),
    }),
  );
  app.post('/:uri/state', async (context) => {
    if (controls === undefined) return notConfigured(context);
    const body = await bodyOf(context, State);
    if (body === undefined) {
      return context.json({ error: 'Send JSON: Content-Type: application/json, {"state":"online"}' }, 400);
    }
    const answer = await controls.report(context.req.param('uri'), body.state, body.source);
    return context.json(answer.body, answer.status);
  });
  app.delete('/:uri', async (context) => {
    if (controls === undefined) return notConfigured(context);
    const answer = await controls.remove(context.req.param('uri'));
    return context.json(answer.body, answer.status);
  });
  app.post('/', async (context) => {
    if (controls === undefined) return notConfigured(context);
    const body = await bodyOf(context, Accounts);
    if (body === undefined) return context.json({ error: 'Send JSON: {"accounts":[…]}, sealed' }, 400);
    const answer = await controls.import(body.accounts);
    return context.json(answer.body, answer.status);
  });
  return app;
}

const notConfigured = (context: Context): Response =>
  context.json({ error: 'Phones are not configured: set phones.bosh_url, or phones.client_url.' }, 404);

/** Undefined without a socket. */
function peerOf(context: Context): string | undefined {
  const { env } = context;
  return env === undefined || env === null || Object.keys(env).length === 0
    ? undefined
    : getConnInfo(context).remote.address;
}
