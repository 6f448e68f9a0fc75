export type { Challenge, Credentials } from './digest.ts';
export { type Dns, DnsRecords } from './dns-records.ts';
export type { TlsListener } from './flows.ts';
export type { GuardPolicy, Refusal } from './ingress-guard.ts';
export type { ProxyAddress } from './next-hop.ts';
export { SipStack, type SipStackOptions } from './sip-stack.ts';
export { malformedSources } from './source-filter.ts';
export type { DropReason, FailureCause, SipStackMeter, SipStackUser } from './stack-user.ts';
export { responseTo } from './stateless-reply.ts';
