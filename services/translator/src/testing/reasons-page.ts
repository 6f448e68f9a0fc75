/**
 * The page docs/protocol/reasons.md, made from the tables of the code.
 */
import { reasonPhrase } from '@stoxgate/wire-sip';
import { STANZA_CONDITIONS, type StanzaCondition } from '@stoxgate/wire-xmpp';
import { type JingleReason, reasonHeaderOf, reasonOfStatus, statusOfReason } from '../call/reasons.ts';
import { type StatusContext, statusOfCondition } from '../condition/condition-to-status.ts';
import { conditionOfFailure, conditionOfStatus } from '../condition/status-to-condition.ts';

const HEAD = `# Errors and reasons, word by word

This page is generated from the tables in \`services/translator/src/condition\` and \`services/translator/src/call/reasons.ts\`:
\`npm run generate\`.
`;

const code = (text: string): string => `\`${text}\``;
const named = (status: number): string => `${status} ${reasonPhrase(status)}`;

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(columns) + line(columns.map(() => '---')) + rows.map(line).join('');
}

const STATUSES = Array.from({ length: 400 }, (_, at) => 300 + at);
const UNREGISTERED = new Set([399, 499, 599, 699].map((status) => reasonPhrase(status)));
const REGISTERED = STATUSES.filter((status) => !UNREGISTERED.has(reasonPhrase(status)));

const CONTEXTS: readonly StatusContext[] = [
  { request: 'invite', about: 'bare' },
  { request: 'other', about: 'bare' },
  { request: 'other', about: 'full' },
  { request: 'other', about: 'bare', use6xx: true },
];

function conditionsTable(): string {
  const conditions = Object.keys(STANZA_CONDITIONS) as StanzaCondition[];
  const rows = conditions.map((condition) => {
    const error = { condition, type: STANZA_CONDITIONS[condition] };
    return [
      code(condition),
      error.type,
      ...CONTEXTS.map((context) => String(statusOfCondition(error, context).status)),
    ];
  });
  return table(
    [
      'condition',
      'type',
      'INVITE',
      'other request, bare JID',
      'other request, full JID',
      'bare JID, with 6xx',
    ],
    rows,
  );
}

function statusesTable(): string {
  const rows = REGISTERED.map((status) => {
    const { condition, type } = conditionOfStatus(status);
    return [named(status), code(condition), type];
  });
  const families = [3, 4, 5, 6].map((family) => {
    const { condition, type } = conditionOfStatus(family * 100 + 98);
    return [`any other ${family}xx`, code(condition), type];
  });
  const failures = (['timeout', 'transport', 'unresolvable', 'no-credentials'] as const).map((cause) => {
    const { condition, type } = conditionOfFailure(cause);
    return [`none: ${cause}`, code(condition), type];
  });
  return table(['final response', 'condition', 'type'], [...rows, ...families, ...failures]);
}

/** Registered statuses that mean the same are one row; the rest is its last row. */
function reasonsOfStatusesTable(): string {
  const words = (status: number): string =>
    (['mongoose', 'rich'] as const)
      .map((profile) => {
        const { condition, sipError } = reasonOfStatus(status, '', profile);
        return code(condition) + (sipError === undefined ? '' : ' with `sip-error`');
      })
      .join(' | ');
  const rest = words(698);
  const groups = new Map<string, number[]>();
  for (const status of REGISTERED) {
    const key = words(status);
    if (key !== rest) groups.set(key, [...(groups.get(key) ?? []), status]);
  }
  return table(
    ['final response to our INVITE', 'profile `mongoose`', 'profile `rich`'],
    [
      ...[...groups].map(([key, statuses]) => [statuses.map(named).join(', '), key]),
      ['any other 3xx–6xx', rest],
    ],
  );
}

const REASONS = {
  success: '',
  decline: '',
  busy: '',
  cancel: '',
  gone: '',
  timeout: '',
  expired: '',
  'alternative-session': '',
  'connectivity-error': '',
  'failed-transport': '',
  'failed-application': '',
  'media-error': '',
  'general-error': 'the code in `sip-error`, else ',
  'incompatible-parameters': '',
  'unsupported-applications': '',
  'unsupported-transports': '',
  'security-error': '',
} as const satisfies Record<JingleReason, string>;

function statusesOfReasonsTable(): string {
  const row = (label: string, condition: string | undefined, before: string): string[] => {
    const given = condition === undefined ? {} : { condition };
    const header = reasonHeaderOf(given);
    return [
      label,
      `${before}${named(statusOfReason(given, 'mongoose'))}`,
      `${before}${named(statusOfReason(given, 'rich'))}`,
      header === undefined ? 'none' : code(header),
    ];
  };
  return table(
    [
      'reason of session-terminate',
      'INVITE unanswered, `mongoose`',
      '`rich`',
      'Reason header of BYE and CANCEL',
    ],
    [
      ...Object.entries(REASONS).map(([condition, before]) => row(code(condition), condition, before)),
      row('none, or unknown', undefined, ''),
    ],
  );
}

export const reasonsPage = (): string =>
  [
    HEAD,
    '## Stanza error to SIP status\n',
    'RFC 7247 §7.1, with what the kind of request calls for. A `gone` or `redirect` without an address that SIP can reach',
    'is 410 or 480. `tie-break` beside the condition is 491, `unknown-session` 481 (XEP-0166 §10). Inside a dialog',
    '`unexpected-request` is 491. `undefined-condition` goes by the type of the error. Of type `wait`: Retry-After.\n',
    conditionsTable(),
    '## SIP status to stanza error\n',
    'RFC 7247 §7.2. A 500 with Retry-After is of type `wait`.\n',
    statusesTable(),
    '## SIP status to Jingle reason\n',
    'A call that is not answered; XEP-0166 §7.4. `sip-error` carries code and phrase.\n',
    reasonsOfStatusesTable(),
    '## Jingle reason to SIP\n',
    'Before the answer the called user’s session-terminate is a final response, the caller’s is CANCEL; afterwards it is',
    'BYE. Reason header: RFC 3326.\n',
    statusesOfReasonsTable(),
  ].join('\n');
