/**
 * What each task needs beside Node: the program, the Debian package that brings it, and the image that can stand for it.
 * Without an optional one the task leaves something out.
 */
const NATS = {
  program: 'nats-server',
  debian: 'nats-server',
  image: process.env.STOXGATE_TEST_NATS_IMAGE ?? 'nats:2.12-alpine',
};
const REDIS = {
  program: 'redis-server',
  debian: 'redis-server',
  image: process.env.STOXGATE_TEST_REDIS_IMAGE ?? 'redis:7-alpine',
};
const PROSODY = { program: 'prosody', debian: 'prosody' };
const SIPP = { program: 'sipp', debian: 'sip-tester' };
const BARESIP = { program: 'baresip', debian: 'baresip-core' };
const DNSMASQ = { program: 'dnsmasq', debian: 'dnsmasq-base' };
const CHROMIUM = { program: 'chromium', debian: 'chromium' };
const RTPENGINE = { program: 'rtpengine', debian: 'rtpengine-daemon' };

export const PREREQUISITES = {
  test: [NATS, REDIS, PROSODY, SIPP, BARESIP, DNSMASQ, CHROMIUM, RTPENGINE],
  demo: [PROSODY, BARESIP, { ...CHROMIUM, isOptional: true }, { ...RTPENGINE, isOptional: true }],
  bench: [NATS, REDIS],
  fuzz: [],
};
