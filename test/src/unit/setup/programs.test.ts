import { NATS_IMAGE, REDIS_IMAGE } from '@stoxgate/testkit';
import { expect, test } from 'vitest';
import { PREREQUISITES } from '../../../../setup/prerequisites.mjs';
import { testsLeftOut, whatToInstall } from '../../../../setup/programs.mjs';

const named = (name: string) => PREREQUISITES.test.find(({ program }) => program === name);
const [natsServer, prosody, sipp] = [named('nats-server'), named('prosody'), named('sipp')];

test('setup - what is missing is one sentence with programs and packages', () => {
  expect(whatToInstall('test', [prosody!, sipp!], { asRoot: false })).toBe(
    'npm test needs prosody, sipp: install them (Debian, Ubuntu: sudo apt-get install prosody sip-tester) ' +
      'and run it again.',
  );
  expect(whatToInstall('demo', [prosody!], { asRoot: true })).toBe(
    'npm run demo needs prosody: install it (Debian, Ubuntu: apt-get install prosody) and run it again.',
  );
});

test('setup - a task without something optional says what it leaves out', () => {
  const optional = PREREQUISITES.demo.filter((needed) => 'isOptional' in needed);
  expect(whatToInstall('demo', optional, { asRoot: false })).toBe(
    'npm run demo leaves out what needs chromium, rtpengine: install them (Debian, Ubuntu: sudo apt-get install ' +
      'chromium rtpengine-daemon) and run it again.',
  );
  expect(whatToInstall('demo', [prosody!, ...optional], { asRoot: true })).toMatch(
    /^npm run demo needs prosody, /,
  );
});

test('setup - the suite does without what is optional, and only its tests are left out', () => {
  const optional = PREREQUISITES.test.filter((needed) => 'isOptional' in needed);
  expect(optional.map(({ program }) => program)).toEqual([
    'kamailio',
    "Kamailio's TLS module",
    'stunnel4',
    'ejabberdctl',
    'mariadbd',
    'pg_ctlcluster',
    'nats-server',
    'redis-server',
    'dino-im',
    'Xvfb',
    'pulseaudio',
    'asterisk',
    'iptables',
    'networks of its own',
    'helm',
    'kubeconform',
    'the schemas of Kubernetes',
    'jaeger-all-in-one',
  ]);
  expect(testsLeftOut(optional)).toEqual([
    'test/src/e2e/presence.test.ts',
    'test/src/e2e/presence-server.test.ts',
    'test/src/e2e/phone-calls.test.ts',
    'test/src/e2e/intercept-kamailio.test.ts',
    'test/src/e2e/trunk.test.ts',
    'test/src/e2e/doctor.test.ts',
    'test/guides/kamailio.test.ts',
    'test/guides/tls.test.ts',
    'test/guides/trunk.test.ts',
    'test/src/e2e/phones-ejabberd.test.ts',
    'test/src/e2e/intercept-ejabberd.test.ts',
    'test/src/e2e/several-connections.test.ts',
    'test/guides/ejabberd.test.ts',
    'test/src/e2e/phone-table-mariadb.test.ts',
    'test/src/e2e/phone-table-postgres.test.ts',
    'test/src/contract/bus-nats-cluster.test.ts',
    'test/src/contract/store-redis-fail-over.test.ts',
    'test/src/e2e/dino.test.ts',
    'test/guides/asterisk.test.ts',
    'test/guides/nat.test.ts',
    'test/src/contract/chart/**',
    'test/src/contract/chart/kubeconform.test.ts',
    'test/src/e2e/jaeger.test.ts',
  ]);
  expect(testsLeftOut([prosody!])).toEqual([]);
  expect(whatToInstall('test', optional, { asRoot: true })).toMatch(
    /^npm test leaves out what needs kamailio, Kamailio's TLS module, /,
  );
});

test('setup - what no package of Debian has is advised by the way it comes', () => {
  const [helm] = PREREQUISITES.test.filter(({ program }) => program === 'helm');
  expect(whatToInstall('test', [helm!], { asRoot: true })).toMatch(
    /^npm test leaves out what needs helm: install it \(go install helm\.sh\/helm\/v3\/cmd\/helm@v[0-9.]+\) and /,
  );
  expect(whatToInstall('test', [prosody!, helm!], { asRoot: true })).toContain(
    '(Debian, Ubuntu: apt-get install prosody; go install helm.sh/',
  );
});

test('setup - the images that it fetches are those that the tests start', () => {
  const images = PREREQUISITES.test.flatMap((needed) => ('image' in needed ? [needed.image] : []));
  expect(images).toEqual([NATS_IMAGE, REDIS_IMAGE]);
  expect(natsServer).toHaveProperty('image', NATS_IMAGE);
});
