import { describe, expect, it } from '@jest/globals';
import { parseHosts, readHosts } from './hosts-file.js';

const parse = (text: string) => parseHosts(text, 'hosts.toml');

describe('a list of hosts', () => {
  it('has the addresses, properties and reservations of hosts', () => {
    const [pool, own] = parse(`
[[hosts]]
address = "10.0.0.11"

[[hosts]]
address = "db.example.com"
port = 2222
user = "ops"
host_keys = ["ssh-ed25519 AAAA"]
name = "db-01"
infra = "production"
plan = "8xCPU-32 GB"
zone = "rack-1"
image = "debian-12"
storage_gb = 500
labels = { role = "db" }
`);
    expect(pool).toEqual({
      shown: '10.0.0.11:22',
      target: { host: '10.0.0.11' },
      name: null,
      infra: null,
      plan: null,
      zone: null,
      image: null,
      storage_gb: null,
      labels: {},
    });
    expect(own).toEqual({
      shown: 'db.example.com:2222',
      target: { host: 'db.example.com', port: 2222, user: 'ops', hostKeys: ['ssh-ed25519 AAAA'] },
      name: 'db-01',
      infra: 'production',
      plan: '8xCPU-32 GB',
      zone: 'rack-1',
      image: 'debian-12',
      storage_gb: 500,
      labels: { role: 'db' },
    });
  });

  it('is refused with all faults and their lines', () => {
    const text = `
[[hosts]]
address = "root@10.0.0.11"
port = 70000

[[hosts]]
adress = "10.0.0.12"
`;
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        permanent: true,
        message: [
          'hosts.toml:3:11: hosts[0].address cannot be "root@10.0.0.11". Write the address or the name of the host, without a user and a port, e.g. address = "10.0.0.11".',
          'hosts.toml:4:8: hosts[0].port must be at most 65535, got 70000. Write the port of its SSH server, e.g. 22.',
          'hosts.toml:6:1: hosts[1].address is required. Write the address or the name of the host, without a user and a port, e.g. address = "10.0.0.11".',
          'hosts.toml:7:1: hosts[1].adress is not a known field. Did you mean "address"?',
        ].join('\n'),
      }),
    );
  });

  it('has no host and no name twice', () => {
    const host = (more: string) => `[[hosts]]\naddress = "10.0.0.11"\n${more}\n`;
    expect(() => parse(host('') + host('port = 22'))).toThrow(
      'hosts[1].address must be unique, but is listed twice',
    );
    expect(parse(host('') + host('port = 23'))).toHaveLength(2);
    const named = host('name = "db"') + host('name = "db"\nport = 23');
    expect(() => parse(named)).toThrow('hosts[1].name must be unique, but is the name of two hosts');
    expect(
      parse(host('name = "db"\ninfra = "a"') + host('name = "db"\ninfra = "b"\nport = 23')),
    ).toHaveLength(2);
  });

  it('that does not exist is reported with the name of its variable', async () => {
    await expect(readHosts('/nonexistent/hosts.toml')).rejects.toMatchObject({
      name: 'DriverError',
      permanent: true,
      message: expect.stringContaining('PROVISIONING_SSH_HOSTS cannot be read (ENOENT)'),
    });
  });
});
