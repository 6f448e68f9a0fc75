/**
 * The translator as a service: consumes every partition of the event stream and runs the core on it. Stateless: any
 * number of processes share the partitions.
 */
import type { Consumer } from '@stoxgate/bus';
import { brandKey, type Envelope, eventSubject, PARTITIONS } from '@stoxgate/contracts';
import {
  abilitiesOf,
  addressMapOf,
  type Config,
  counter,
  emitRootSpan,
  histogram,
  NOOP_TRACER,
  type RunningService,
  type ServiceContext,
  type StartService,
} from '@stoxgate/runtime';
import { capsVer, gatewayInfo, phoneInfo } from '@stoxgate/wire-xmpp';
import { observePhones } from './observe-phones.ts';
import type { TranslatorPolicy } from './policy.ts';
import { createRunner, type StepReport } from './runner.ts';
import { endsIn, failuresIn, isOtherAnswer } from './session-facts.ts';
import { createStep } from './step.ts';
import { rootSpanOf } from './trace-facts.ts';

const IQ_TIMEOUT_MS = 30_000;
const PROBE_TIMEOUT_MS = 2_000;
const POLL_MS = 20;
/** A bus of this process on which nothing has moved for so long has nothing left for the translator. */
const QUIET_POLLS = 10;
const STOP_TIMEOUT_MS = 5_000;

const capsOf = (config: Config): TranslatorPolicy['caps'] => {
  const abilities = abilitiesOf(config);
  return {
    phone: capsVer(phoneInfo(abilities)),
    gateways: Object.fromEntries(
      config.xmpp.components.map(({ domain, pstn }) => [domain, capsVer(gatewayInfo(abilities, pstn))]),
    ),
  };
};

const phonesPolicyOf = (phones: Config['phones']): TranslatorPolicy['phones'] => ({
  transport: phones.transport,
  clientUrl: phones.client_url,
  clientUrls: Object.fromEntries(phones.client_urls.map(({ domain, url }) => [domain, url])),
  boshUrl: phones.bosh_url,
  boshUrls: Object.fromEntries(phones.bosh_urls.map(({ domain, url }) => [domain, url])),
  allowPlain: phones.allow_plain,
  xmppDomain: phones.xmpp_domain,
  resource: phones.resource,
  priority: phones.priority,
  presenceId: phones.presence_id,
  onthephoneShow: phones.onthephone_show,
  onthephoneText: phones.onthephone_text,
  ridStart: phones.rid_random ? 'random' : phones.rid_start,
  mechanisms: phones.mechanisms,
  waitMs: phones.wait * 1000,
  hold: phones.hold,
  watchDialogs: phones.watch_dialogs,
  watchExpiresMs: phones.watch_expires * 1000,
});

/** The operator's choices that the core needs. */
export const policyOf = (config: Config): TranslatorPolicy => ({
  addresses: addressMapOf(config),
  sdpOrigin: config.sip.sdp_origin,
  ringTimeoutMs: config.calls.ring_timeout * 1000,
  iqTimeoutMs: IQ_TIMEOUT_MS,
  probeTimeoutMs: PROBE_TIMEOUT_MS,
  reasonProfile: config.calls.reason_profile,
  use6xx: config.calls.use_6xx,
  cancelReason: config.calls.cancel_reason,
  trickle: config.calls.trickle,
  dtmf: config.calls.dtmf,
  offerDelta: config.calls.offer_delta,
  holdAs: config.calls.hold_as,
  muteAs: config.calls.mute_as,
  transfer: config.calls.transfer,
  pingAs: config.calls.ping_as,
  sessionPing: config.calls.session_ping,
  descriptionInfo: config.calls.description_info,
  callIdHost: config.calls.call_id_host,
  reentryLimit: config.calls.reentry_limit,
  early183: config.calls.early183,
  maxRedirects: config.calls.max_redirects,
  ringOn: config.calls.ring_on,
  declineScope: config.calls.decline_scope,
  delayedOffer: config.calls.delayed_offer,
  delayedOfferCodecs: config.calls.delayed_offer_codecs,
  delayedOfferVideoCodecs: config.calls.delayed_offer_video_codecs,
  delayedOfferTransport: config.calls.delayed_offer_transport,
  sessionExpiresMs: config.calls.session_expires * 1000,
  emitRtcpCandidate: config.calls.emit_rtcp_candidate,
  profileMode: config.calls.profile_mode,
  optionalKeys: config.calls.optional_keys,
  sendersMap: config.calls.senders_map,
  noIcePolicy: config.calls.no_ice_policy,
  dataChannels: config.calls.data_channels,
  provisionalFrom: config.calls.provisional_from,
  passthrough: config.calls.passthrough,
  mediaRelay: config.media.relay,
  relayFragments: config.media.fragments,
  jmi: config.calls.jmi,
  initTieBreak: config.calls.init_tie_break,
  wakeOffline: config.calls.wake_offline,
  jmiProceed: config.calls.jmi_proceed,
  caps: capsOf(config),
  messageAcceptStatus: config.messages.message_accept,
  messageType: config.messages.message_type,
  oversize: config.messages.oversize,
  maxMessageBytes: config.sip.proxy_transport === 'udp' ? config.messages.max_udp : 0,
  maxBodyBytes: config.messages.max_body,
  useCpim: config.messages.use_cpim,
  sendHtml: config.messages.send_html,
  languages: config.messages.languages,
  chatCallId: config.messages.chat_call_id,
  lockResource: config.messages.lock_resource,
  receiptOn2xx: config.messages.receipt_on_2xx,
  idleAs: config.messages.idle_as,
  hasChats: config.messages.msrp.enabled,
  chatMode: config.messages.msrp.enabled ? config.messages.chat_mode : 'message',
  sessionTimeoutMs: config.messages.session_timeout * 1000,
  failureReport: config.messages.failure_report,
  onUnavailable: config.messages.on_unavailable,
  chatFromGr: config.messages.chat_from_gr,
  chatReport: config.messages.chat_report,
  msrpKnownMs: config.messages.options_cache * 1000,
  msrpUnknownMs: config.messages.options_negative_cache * 1000,
  msrpMaxBytes: config.messages.msrp.max_bytes,
  msrpIsSecure: config.messages.msrp.offer === 'tls',
  presenceMode: config.presence.mode,
  presenceExpiresMs: config.presence.expires * 1000,
  withoutPresence: config.presence.without_presence,
  minExpiresMs: config.presence.min_expires * 1000,
  maxExpiresMs: config.presence.max_expires * 1000,
  foreignWatchers: config.presence.foreign_watchers,
  notifyIntervalMs: config.presence.notify_interval * 1000,
  perResource: config.presence.per_resource,
  pidfEntity: config.presence.entity,
  rpid: config.presence.rpid,
  publishers: config.presence.publishers,
  compositor: config.presence.compositor,
  hasCredentials: config.sip.credentials.length + config.sip.registrations.length > 0,
  phones: phonesPolicyOf(config.phones),
});

/** Times and counts steps, counts ended calls and changes that failed, and writes the root span of what is over. */
function observe(context: ServiceContext): (report: StepReport, tookMs: number) => void {
  const seconds = histogram(context.meter, 'stoxgate_step_seconds');
  const steps = counter(context.meter, 'stoxgate_steps_total');
  const ended = counter(context.meter, 'stoxgate_calls_ended_total');
  const failed = counter(context.meter, 'stoxgate_changes_failed_total');
  const dropped = counter(context.meter, 'stoxgate_messages_dropped_total');
  const phones = observePhones(context);
  return (report, tookMs) => {
    const { envelope, outcome, before, after, dropped: reason } = report;
    const event = envelope.payload.type;
    seconds.record(tookMs / 1000, { event }, envelope.trace);
    steps.add(1, { event, outcome });
    if (/^(?:phone|dialogs):/.test(envelope.key)) {
      phones(report);
      return;
    }
    if (reason !== undefined) dropped.add(1, { reason });
    if (context.tracer !== NOOP_TRACER) {
      const root = rootSpanOf(report);
      if (root !== undefined) emitRootSpan(context.tracer, brandKey(envelope.key), root);
    }
    if (outcome !== 'applied') return;
    const { key, trace, payload } = envelope;
    const callId = key.slice('call:'.length);
    if (isOtherAnswer(before, payload)) {
      context.log.info({ callId, trace }, 'a 2xx has another answer than the reliable one before it');
    }
    for (const change of failuresIn(before, after)) {
      failed.add(1, { change });
      context.log.info({ callId, change, trace }, 'change of a call refused by SIP');
    }
    for (const reason of endsIn(before, after)) ended.add(1, { reason });
  };
}

/** Times, counts and logs steps that failed. */
function observeFailures(
  context: ServiceContext,
): (envelope: Envelope, err: unknown, tookMs: number) => void {
  const seconds = histogram(context.meter, 'stoxgate_step_seconds');
  const steps = counter(context.meter, 'stoxgate_steps_total');
  return ({ id, key, trace, payload: { type: event } }, err, tookMs) => {
    seconds.record(tookMs / 1000, { event }, trace);
    steps.add(1, { event, outcome: 'failed' });
    const callId = key.startsWith('call:') ? key.slice('call:'.length) : undefined;
    context.log.error({ err, event, eventId: id, callId, key, trace }, 'event not handled');
  };
}

/** Starts consuming. Ready while bus and store answer. */
export const startTranslator: StartService = async (context): Promise<RunningService> => {
  const { bus, store, log } = context;
  const count = observe(context);
  /** Looks at the bus since something was handled: time alone would also pass while this process stands still. */
  let looks = 0;
  const isQuiet = (): boolean => bus.backlog() === 0 || looks++ > QUIET_POLLS;
  const handle = createRunner({
    bus,
    store,
    step: createStep(policyOf(context.config)),
    now: Date.now,
    edgeId: context.edgeId,
    tracer: context.tracer,
    onHandled: (report, tookMs) => {
      looks = 0;
      count(report, tookMs);
    },
    onFailed: observeFailures(context),
    onLost: ({ key, payload }, err) =>
      log.error({ err, key, event: payload.type }, 'message between sessions lost'),
  });
  const consumers: Consumer[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const subject = eventSubject(partition);
    consumers.push(
      await bus.consume({ subject, durable: `translator-${partition}`, maxInFlight: 1 }, handle),
    );
  }
  log.debug({ partitions: PARTITIONS }, 'translator consumes');

  let stopping: Promise<unknown> | undefined;
  const stopConsumers = (timeoutMs: number): Promise<unknown> => {
    stopping ??= Promise.all(consumers.map((consumer) => consumer.stop(timeoutMs)));
    return stopping;
  };
  return {
    name: 'translator',
    readiness: () => ({ bus: bus.fault(), store: store.fault() }),
    /** What stays on a shared bus is another translator's; a bus of this process alone is worked off first. */
    drain: async (timeoutMs) => {
      const deadline = performance.now() + timeoutMs;
      while (context.config.bus === 'memory' && !isQuiet() && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      await stopConsumers(Math.max(0, deadline - performance.now()));
    },
    stop: async () => {
      await stopConsumers(STOP_TIMEOUT_MS);
    },
  };
};
