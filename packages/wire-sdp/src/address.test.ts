import { describe, expect, it } from 'vitest';
import {
  bareAddress,
  connectionTo,
  isHostName,
  isIpv4,
  isIpv6,
  isMulticast,
  isUnspecified,
  readConnection,
} from './address.ts';

describe('address - families', () => {
  it.each(['0.0.0.0', '192.0.2.1', '255.255.255.255'])('%s is IPv4', (text) => {
    expect(isIpv4(text)).toBe(true);
    expect(connectionTo(text)).toEqual({ family: 'IP4', address: text });
  });
  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.4 ', '1.2.3.a'])('%j is not IPv4', (text) => {
    expect(isIpv4(text)).toBe(false);
  });
  it.each(['::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1', '1:2:3:4:5:6:192.0.2.1'])(
    '%s is IPv6',
    (text) => {
      expect(isIpv6(text)).toBe(true);
      expect(connectionTo(text)).toEqual({ family: 'IP6', address: text });
    },
  );
  it.each([
    '',
    ':',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '192.0.2.1::1',
    '::%e',
  ])('%j is not IPv6', (text) => {
    expect(isIpv6(text)).toBe(false);
  });
  it('tells host names from broken addresses', () => {
    expect(['a', 'phone.example.com.', '0b7a.local'].every(isHostName)).toBe(true);
    expect(['', '1.2.3', 'a..b', 'a b', '-', 'a\r\nb', `${'a'.repeat(64)}.b`].some(isHostName)).toBe(false);
  });
});

describe('address - connection', () => {
  it('keeps a multicast suffix, strips brackets and zone', () => {
    expect(readConnection('IN IP4 224.2.1.1/127/3')).toEqual({ family: 'IP4', address: '224.2.1.1/127/3' });
    expect(readConnection('IN IP6 [fe80::1%eth0]')).toEqual({ family: 'IP6', address: 'fe80::1' });
    expect(readConnection('IN IP4 phone.example.com')?.address).toBe('phone.example.com');
  });
  it.each(['IN IP4', 'IN IP5 192.0.2.1', 'OUT IP4 192.0.2.1', 'IN IP4 192.0.2.1/x', 'IN IP4 1.2.3.4/1/2/3'])(
    'refuses %s',
    (text) => {
      expect(readConnection(text)).toBeUndefined();
    },
  );
  it('knows unspecified and multicast addresses', () => {
    expect(['0.0.0.0', '::', '0:0:0:0:0:0:0:0'].every(isUnspecified)).toBe(true);
    expect(['0.0.0.1', '::1', ':', '0'].some(isUnspecified)).toBe(false);
    expect(['224.0.0.1', '239.1.1.1', 'ff02::1', '10.0.0.1/127'].every(isMulticast)).toBe(true);
    expect(['223.0.0.1', '240.0.0.1', '2001:db8::1', '224host.example'].some(isMulticast)).toBe(false);
  });
  it('bares an address', () => {
    expect(bareAddress(' [fe80::1%25eth0] ')).toBe('fe80::1');
    expect(bareAddress('10.0.0.1')).toBe('10.0.0.1');
  });
});
