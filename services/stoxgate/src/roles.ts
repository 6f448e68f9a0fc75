/**
 * Which services a role runs. Each is loaded only when it runs, so that a process of one role stays small.
 */
import {
  arePhonesShown,
  type Config,
  type GroupMember,
  isMediaRelayed,
  isMsrpSpoken,
  type Role,
  type ServiceContext,
  type Stage,
} from '@stoxgate/runtime';

export type ServiceRole = Exclude<Role, 'all'>;

/** A later stage needs those before it: edges stop taking in before the translator ends. */
const STAGES: readonly (readonly ServiceRole[])[] = [
  ['session-store', 'translator'],
  ['sip-edge', 'xmpp-edge', 'media-edge', 'msrp-edge', 'bosh-edge'],
];

const SERVICE_ROLES: readonly ServiceRole[] = STAGES.flat();

const isWanted = (service: ServiceRole, config: Config): boolean =>
  (service !== 'media-edge' || isMediaRelayed(config)) &&
  (service !== 'msrp-edge' || isMsrpSpoken(config)) &&
  (service !== 'bosh-edge' || arePhonesShown(config));

/** Services of a role; `all` has a media, MSRP or BOSH edge only where media are relayed, chats or phones are configured. */
export const servicesOf = (role: Role, config: Config): readonly ServiceRole[] =>
  SERVICE_ROLES.filter((service) => (role === 'all' ? isWanted(service, config) : service === role));

export type StartRole = (role: ServiceRole, context: ServiceContext) => Promise<GroupMember>;

export const stagesOf = (
  roles: readonly ServiceRole[],
  context: ServiceContext,
  start: StartRole,
): readonly Stage[] =>
  STAGES.map((stage) =>
    stage.filter((role) => roles.includes(role)).map((role) => () => start(role, context)),
  );

/** Loads and starts one service. Rejects as its start does. */
export async function startRole(role: ServiceRole, context: ServiceContext): Promise<GroupMember> {
  switch (role) {
    case 'session-store':
      return (await import('@stoxgate/session-store')).startSessionStore(context);
    case 'translator':
      return (await import('@stoxgate/translator')).startTranslator(context);
    case 'sip-edge':
      return (await import('@stoxgate/sip-edge')).startSipEdge(context);
    case 'xmpp-edge':
      return (await import('@stoxgate/xmpp-edge')).startXmppEdge(context);
    case 'media-edge':
      return (await import('@stoxgate/media-edge')).startMediaEdge(context);
    case 'msrp-edge':
      return (await import('@stoxgate/msrp-edge')).startMsrpEdge(context);
    case 'bosh-edge':
      return (await import('@stoxgate/bosh-edge')).startBoshEdge(context);
  }
}
