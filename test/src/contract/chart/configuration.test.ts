/**
 * The rendered ConfigMap, secrets and variables, given to the real program in each role.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'stoxgate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLES, objectsOf } from './helm.ts';
import { containerOf, type Kubernetes, ofKind, rolesOf } from './kubernetes.ts';

const CERTIFICATES = fileURLToPath(
  new URL('../../../../packages/sip-stack/src/testing/certificates/', import.meta.url),
);

/** What is in the operator's Secrets. */
const SECRETS: Readonly<Record<string, string>> = {
  'xmpp-secret': 's3cret',
  'pstn-secret': 's3cret',
  'sip-password': 's3cret',
  'nats-url': 'nats://stoxgate:s3cret@nats.messaging.svc:4222',
  'redis-url': 'rediss://:s3cret@redis.storage.svc:6379',
  'phones-key': '0'.repeat(64),
  'accounts.csv': 'sip:alice@example.org,alice,s3cret\n',
};
const FIELDS: Readonly<Record<string, string>> = {
  'metadata.name': 'release-stoxgate-sip-edge-0',
  'status.podIP': '10.0.0.7',
  'status.hostIP': '192.0.2.7',
};

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-chart-'));
  for (const [name, text] of Object.entries(SECRETS)) put(`secrets/${name}`, text);
  mkdirSync(join(directory, 'tls'));
  for (const [from, to] of [
    ['test-localhost.cert.pem', 'tls.crt'],
    ['test-localhost.key.pem', 'tls.key'],
    ['test-ca.cert.pem', 'ca.crt'],
  ]) {
    cpSync(`${CERTIFICATES}${from}`, join(directory, `tls/${to}`));
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

function put(path: string, text: string): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Variables as the kubelet sets them; files are where this test has put them. */
function environmentOf(role: Kubernetes): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of containerOf(role).env ?? []) {
    const text = value ?? FIELDS[valueFrom?.fieldRef.fieldPath ?? ''] ?? '';
    env[name] = text
      .replace(/\$\((\w+)\)/g, (_, variable: string) => env[variable] ?? '')
      .replace('/etc/stoxgate/', `${directory}/`);
  }
  return env;
}

async function runProgram(args: readonly string[], env: Readonly<Record<string, string>>) {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const status = await main(args, { env, out: write, error: write });
  return { status, text };
}

/** What the program says to `--check-config` or `--print-config` in a pod of `role`. */
function inPod(objects: readonly Kubernetes[], role: Kubernetes, option: string) {
  const [configMap] = ofKind(objects, 'ConfigMap');
  const file = put('stoxgate.yaml', configMap?.data?.['stoxgate.yaml'] ?? '');
  const args = containerOf(role).args!.map((arg) => (arg === '/etc/stoxgate/stoxgate.yaml' ? file : arg));
  return runProgram([...args, option], environmentOf(role));
}

describe.each(EXAMPLES)('chart, example %s', (example) => {
  test('the program takes its configuration, in every role', async () => {
    const objects = await objectsOf(example);
    for (const role of rolesOf(objects)) {
      expect(await inPod(objects, role, '--check-config'), role.metadata.name).toEqual({
        status: 0,
        text: 'The configuration is fine.\n',
      });
    }
  });

  test('the ports of each role are those that it listens on', async () => {
    const objects = await objectsOf(example);
    for (const role of rolesOf(objects)) {
      const { text } = await inPod(objects, role, '--print-config');
      const { admin, sip, messages } = parse(text) as {
        admin: { port: number };
        sip: { listen_port: number; tls: { port: number } };
        messages: { msrp: { listen_port: number; tls_port: number } };
      };
      const listened: Readonly<Record<string, number>> = {
        admin: admin.port,
        'sip-udp': sip.listen_port,
        'sip-tcp': sip.listen_port,
        sips: sip.tls.port,
        msrp: messages.msrp.listen_port,
        msrps: messages.msrp.tls_port,
      };
      for (const { name, containerPort } of containerOf(role).ports ?? []) {
        expect(containerPort, `${role.metadata.name} ${name}`).toBe(listened[name]);
      }
    }
  });

  test('no secret is in the ConfigMap', async () => {
    const objects = await objectsOf(example);
    const text = JSON.stringify(ofKind(objects, 'ConfigMap'));
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
  });
});

const advertised = async (example: string, values: object = {}) => {
  const objects = await objectsOf(example, values);
  const role = rolesOf(objects).find((object) => object.metadata.name.endsWith('sip-edge'))!;
  const { STOXGATE_SIP__LOCAL_HOST } = environmentOf(role);
  return {
    host: STOXGATE_SIP__LOCAL_HOST,
    type: ofKind(objects, 'Service').find(({ spec }) => spec.type)?.spec.type,
  };
};

test.each([
  ['try-out', { host: '10.0.0.7', type: undefined }],
  ['node-port', { host: '192.0.2.7', type: 'NodePort' }],
  ['host-network', { host: '192.0.2.7', type: undefined }],
  ['production', { host: 'release-stoxgate-sip-edge-0.sip.example.org', type: 'LoadBalancer' }],
])('chart - SIP edges of %s are reached by their own address', async (example, expected) => {
  expect(await advertised(example)).toEqual(expected);
});

test('chart - SIP edges behind one balancer say its address, also in an SDP', async () => {
  const exposure = { type: 'LoadBalancer', advertisedHost: '203.0.113.7' };
  expect(await advertised('try-out', { 'sip.exposure': exposure })).toEqual({
    host: '203.0.113.7',
    type: 'LoadBalancer',
  });
  const [configMap] = ofKind(await objectsOf('try-out', { 'sip.exposure': exposure }), 'ConfigMap');
  expect(parse(configMap?.data?.['stoxgate.yaml'] ?? '')).toMatchObject({
    sip: { sdp_origin: '203.0.113.7' },
  });
});

test('chart - each replica that others must reach by itself has a balancer, up to the most that there can be', async () => {
  const balancers = (objects: readonly Kubernetes[]) =>
    ofKind(objects, 'Service')
      .filter(({ spec }) => spec.type === 'LoadBalancer')
      .map(({ spec }) => spec.selector['statefulset.kubernetes.io/pod-name']);
  const pods = (role: string, count: number) =>
    Array.from({ length: count }, (_, ordinal) => `release-stoxgate-${role}-${ordinal}`);
  expect(balancers(await objectsOf('production'))).toEqual(pods('sip-edge', 6));
  const exposure = { type: 'LoadBalancer', advertisedHost: '$(POD_NAME).chat.example.org' };
  const objects = await objectsOf('host-network', { 'msrp.exposure': exposure });
  expect(balancers(objects)).toEqual(pods('msrp-edge', 2));
  const chats = rolesOf(objects).find((role) => role.metadata.name.endsWith('msrp-edge'))!;
  expect(chats.kind).toBe('StatefulSet');
  expect(environmentOf(chats)).toMatchObject({
    STOXGATE_MESSAGES__MSRP__PUBLIC_HOST: 'release-stoxgate-sip-edge-0.chat.example.org',
  });
});

test('chart - a changed configuration replaces the pods', async () => {
  const sums = await Promise.all(
    [{}, { 'config.calls': { ring_timeout: 60 } }].map(async (values) => {
      const [role] = rolesOf(await objectsOf('try-out', values));
      return role?.spec.template.metadata.annotations?.['checksum/config'];
    }),
  );
  expect(sums[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(sums[1]).not.toBe(sums[0]);
});
