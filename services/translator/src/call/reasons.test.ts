import type { SipRequest } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import type { TranslatorPolicy } from '../policy.ts';
import { reasonOfBye, reasonOfCancel } from './reason-header.ts';
import {
  reasonHeaderOf,
  reasonOfStatus,
  statusOfReason,
  terminationOfReason,
  terminationOfStatus,
  warningOfReason,
} from './reasons.ts';

describe('reason of a status', () => {
  test.each([
    [486, 'decline', 'busy'],
    [487, 'cancel', 'cancel'],
    [600, 'general-error', 'busy'],
    [603, 'general-error', 'decline'],
    [408, 'general-error', 'timeout'],
    [504, 'general-error', 'timeout'],
    [480, 'general-error', 'gone'],
    [404, 'general-error', 'gone'],
    [410, 'general-error', 'gone'],
    [604, 'general-error', 'gone'],
    [416, 'general-error', 'gone'],
    [488, 'general-error', 'incompatible-parameters'],
    [606, 'general-error', 'incompatible-parameters'],
    [406, 'general-error', 'incompatible-parameters'],
    [415, 'general-error', 'unsupported-applications'],
    [401, 'general-error', 'security-error'],
    [403, 'general-error', 'security-error'],
    [407, 'general-error', 'security-error'],
    [482, 'general-error', 'connectivity-error'],
    [503, 'general-error', 'connectivity-error'],
    [491, 'general-error', 'busy'],
    [580, 'general-error', 'failed-transport'],
    [500, 'general-error', 'general-error'],
    [484, 'general-error', 'gone'],
    [485, 'general-error', 'gone'],
    [433, 'general-error', 'security-error'],
    [493, 'general-error', 'security-error'],
    [483, 'general-error', 'connectivity-error'],
    [502, 'general-error', 'connectivity-error'],
    [513, 'general-error', 'connectivity-error'],
    [501, 'general-error', 'general-error'],
    [505, 'general-error', 'general-error'],
    [302, 'general-error', 'general-error'],
    [499, 'general-error', 'general-error'],
    [699, 'general-error', 'general-error'],
  ])('reason of a status - %d is %s, in profile rich %s', (status, mongoose, rich) => {
    expect(reasonOfStatus(status, 'x', 'mongoose').condition).toBe(mongoose);
    expect(reasonOfStatus(status, 'x', 'rich').condition).toBe(rich);
  });

  test('reason of a status - a Warning tells media that cannot be used from parameters', () => {
    const conditionOf = (status: number, ...warnings: string[]) =>
      reasonOfStatus(status, 'x', 'rich', warnings).condition;
    for (const status of [488, 606]) {
      expect(conditionOf(status, '304 gw.example "Media type not available"')).toBe(
        'unsupported-applications',
      );
      expect(conditionOf(status, '370 a "x", 305 b "y"')).toBe('unsupported-applications');
      expect(conditionOf(status, '306 a "Attribute not understood"', '370 a "301 "')).toBe(
        'incompatible-parameters',
      );
    }
    expect(conditionOf(403, '304 a "x"')).toBe('security-error');
    expect(reasonOfStatus(488, 'x', 'mongoose', ['304 a "x"']).condition).toBe('general-error');
  });

  test('reason of a status - every code but 486 is told, with its phrase or the registered one', () => {
    for (let status = 300; status < 700; status++) {
      const { sipError } = reasonOfStatus(status, 'Said', 'mongoose');
      expect(sipError).toEqual(status === 486 ? undefined : { code: status, phrase: 'Said' });
    }
    expect(reasonOfStatus(404, '', 'rich').sipError?.phrase).toBe('Not Found');
  });

  test('reason of a status - what is counted', () => {
    expect(terminationOfStatus(486)).toEqual({ result: 'success', label: 'sip-486' });
    expect(terminationOfStatus(404)).toEqual({ result: 'client_error', label: 'sip-404' });
    expect(terminationOfStatus(503)).toEqual({ result: 'upstream_error', label: 'sip-503' });
  });
});

describe('status of a reason', () => {
  test.each([
    ['decline', 486, 486],
    ['busy', 486, 486],
    ['alternative-session', 486, 486],
    ['success', 486, 480],
    ['cancel', 486, 480],
    ['gone', 486, 480],
    ['timeout', 486, 480],
    ['expired', 486, 480],
    ['connectivity-error', 486, 500],
    ['failed-application', 486, 500],
    ['media-error', 486, 500],
    ['general-error', 486, 500],
    ['failed-transport', 486, 488],
    ['incompatible-parameters', 486, 488],
    ['unsupported-applications', 486, 488],
    ['unsupported-transports', 486, 488],
    ['security-error', 486, 488],
    ['never-heard-of', 486, 480],
    ['constructor', 486, 480],
  ])('status of a reason - %s is %d, in profile rich %d', (condition, mongoose, rich) => {
    expect(statusOfReason({ condition }, 'mongoose')).toBe(mongoose);
    expect(statusOfReason({ condition }, 'rich')).toBe(rich);
  });

  test('status of a reason - in profile rich: 603 where configured, 408 where nobody rang, a Warning for security', () => {
    expect(statusOfReason({ condition: 'decline' }, 'rich', { use6xx: true })).toBe(603);
    expect(statusOfReason({ condition: 'busy' }, 'rich', { use6xx: true })).toBe(486);
    expect(statusOfReason({ condition: 'decline' }, 'mongoose', { use6xx: true })).toBe(486);
    expect(statusOfReason({ condition: 'timeout' }, 'rich', { isUnheard: true })).toBe(408);
    expect(statusOfReason({ condition: 'timeout' }, 'mongoose', { isUnheard: true })).toBe(486);
    expect(warningOfReason({ condition: 'security-error' }, 488)).toBe(
      '399 stoxgate "Security not acceptable"',
    );
    expect(warningOfReason({ condition: 'security-error' }, 486)).toBeUndefined();
    expect(warningOfReason({ condition: 'failed-transport' }, 488)).toBeUndefined();
  });

  test('status of a reason - general-error gives back the SIP code that it carries', () => {
    expect(statusOfReason({ condition: 'general-error', sipError: 503 }, 'mongoose')).toBe(503);
    expect(statusOfReason({ condition: 'decline', sipError: 503 }, 'mongoose')).toBe(486);
    expect(statusOfReason({}, 'rich')).toBe(480);
  });

  test.each([
    ['decline', 'SIP;cause=603;text="decline"'],
    ['busy', 'SIP;cause=486;text="busy"'],
    ['timeout', 'SIP;cause=408;text="timeout"'],
    ['gone', 'SIP;cause=480;text="gone"'],
    ['success', undefined],
    ['cancel', undefined],
    ['evil"\r\nX: y', undefined],
  ])('status of a reason - the Reason header of %j is %j', (condition, header) => {
    expect(reasonHeaderOf({ condition })).toBe(header);
  });

  test('status of a reason - a label is never what a peer made up', () => {
    expect(terminationOfReason({ condition: 'gone' })).toEqual({
      result: 'client_error',
      label: 'xmpp-gone',
    });
    expect(terminationOfReason({ condition: 'made-up' })).toEqual({ result: 'success', label: 'xmpp-none' });
  });
});

describe('Reason header of a peer', () => {
  const policyOf = (reasonProfile: 'mongoose' | 'rich', cancelReason: 'decline' | 'cancel' = 'decline') =>
    ({ reasonProfile, cancelReason }) as TranslatorPolicy;
  const withReason = (...reason: string[]): SipRequest => ({ headers: { reason } }) as unknown as SipRequest;

  test.each([
    ['SIP;cause=200;text="Call completed elsewhere"', 'cancel'],
    ['SIP ;text="x, y;z" ;cause=600', 'busy'],
    ['preemption;cause=1, SIP;cause=600', 'busy'],
    ['SIP;cause=603', 'decline'],
    ['SIP;cause=500', 'decline'],
  ])('Reason header of a peer - CANCEL with %s is %s in profile rich', (header, condition) => {
    const text = header.includes('cause=200') ? { text: 'Call completed elsewhere' } : {};
    expect(reasonOfCancel(withReason(header), policyOf('rich'))).toEqual({ condition, ...text });
  });

  test('Reason header of a peer - CANCEL is what the operator chose in profile mongoose', () => {
    const cancel = withReason('SIP;cause=600');
    expect(reasonOfCancel(cancel, policyOf('mongoose'))).toEqual({ condition: 'decline' });
    expect(reasonOfCancel(cancel, policyOf('mongoose', 'cancel'))).toEqual({ condition: 'cancel' });
  });

  test.each([
    ['Q.850;cause=16', { condition: 'success' }],
    ['Q.850;cause=17;text="User busy"', { condition: 'busy' }],
    ['Q.850;cause=19', { condition: 'timeout' }],
    ['Q.850;cause=21', { condition: 'decline' }],
    ['Q.850;cause=41', { condition: 'general-error' }],
    ['SIP;cause=200', { condition: 'success' }],
    ['SIP;cause=408', { condition: 'timeout', sipError: { code: 408, phrase: 'Request Timeout' } }],
    ['SIP;cause=488', { condition: 'media-error', sipError: { code: 488, phrase: 'Not Acceptable Here' } }],
    ['SIP;cause=503', { condition: 'general-error', sipError: { code: 503, phrase: 'Service Unavailable' } }],
    ['nonsense', { condition: 'success' }],
  ])('Reason header of a peer - BYE with %s in profile rich', (header, expected) => {
    expect(reasonOfBye(withReason(header), policyOf('rich'))).toEqual(expected);
    expect(reasonOfBye(withReason(header), policyOf('mongoose'))).toEqual({ condition: 'success' });
  });
});
