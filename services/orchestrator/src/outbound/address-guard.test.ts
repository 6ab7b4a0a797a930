import { describe, expect, it } from '@jest/globals';
import { isPublicAddress } from './address-guard.js';

describe('addresses for webhooks', () => {
  it.each([
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1', 'fc00::1', 'fec0::1']],
    ['link-local and metadata', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254']],
    [
      'nobody’s',
      ['0.0.0.0', '::', '255.255.255.255', '240.0.0.1', '224.0.0.1', 'ff02::1', '100::1', '5f00::1'],
    ],
    [
      'shared and for tests',
      ['100.64.0.1', '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1'],
    ],
    ['documentation', ['2001:db8::1', '3fff::1']],
    ['mapped', ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:0:169.254.169.254']],
    ['compatible', ['::127.0.0.1', '::7f00:1', '::a00:1']],
    ['behind NAT64', ['64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::7f00:1', '64:ff9b:1:ffff::a00:1']],
    ['behind 6to4', ['2002:7f00:1::', '2002:a00:1::1', '2002:c0a8:101::1']],
    ['behind Teredo', ['2001:0:53aa:64c::80ff:fffe', '2001:0:7f00:1::f7f7:f7f7']],
    ['behind ISATAP', ['2600::5efe:7f00:1', '2600::200:5efe:a00:1']],
    ['no addresses', ['', 'localhost', '127.1', '0x7f.0.0.1', '::1::', '1.2.3.4.5']],
  ])('not %s ones', (_what, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  it('accepts public addresses, embedded in IPv6 or not', () => {
    const addresses = [
      ...['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::5'],
      ...['::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1', '2001:0:808:808::f7f7:f7f7'],
    ];
    expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});
