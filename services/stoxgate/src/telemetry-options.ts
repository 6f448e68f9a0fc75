import type { EdgeId } from '@stoxgate/contracts';
import type { Config, TelemetryOptions } from '@stoxgate/runtime';
import { VERSION } from './usage.ts';

/** What the traces and metrics of a process say of it. */
export const telemetryOptionsOf = (
  { telemetry: { otlp_endpoint, sample_ratio, name_users } }: Config,
  role: string,
  edgeId: EdgeId,
): TelemetryOptions => ({
  otlpEndpoint: otlp_endpoint,
  sampleRatio: sample_ratio,
  namesUsers: name_users,
  role,
  edgeId,
  version: VERSION,
});
