/**
 * Which services a role runs. Each is loaded only when it runs, so that a process of one role stays small.
 */
import type { GroupMember, Role, ServiceContext, Stage } from '@stoxgate/runtime';

export type ServiceRole = Exclude<Role, 'all' | 'media-edge'>;

/** A later stage needs those before it: edges stop taking in before the translator ends. */
const STAGES: readonly (readonly ServiceRole[])[] = [
  ['session-store', 'translator'],
  ['sip-edge', 'xmpp-edge'],
];

export const SERVICE_ROLES: readonly ServiceRole[] = STAGES.flat();

export const servicesOf = (role: Role): readonly ServiceRole[] =>
  role === 'all' ? SERVICE_ROLES : SERVICE_ROLES.filter((service) => service === role);

export type StartRole = (role: ServiceRole, context: ServiceContext) => Promise<GroupMember>;

export const stagesOf = (
  roles: readonly ServiceRole[],
  context: ServiceContext,
  start: StartRole = startRole,
): readonly Stage[] =>
  STAGES.map((stage) =>
    stage.filter((role) => roles.includes(role)).map((role) => () => start(role, context)),
  );

async function startRole(role: ServiceRole, context: ServiceContext): Promise<GroupMember> {
  switch (role) {
    case 'session-store':
      return (await import('@stoxgate/session-store')).startSessionStore(context);
    case 'translator':
      return (await import('@stoxgate/translator')).startTranslator(context);
    case 'sip-edge':
      return (await import('@stoxgate/sip-edge')).startSipEdge(context);
    case 'xmpp-edge':
      return (await import('@stoxgate/xmpp-edge')).startXmppEdge(context);
  }
}
