/** A server to log in to. */
export interface SshTarget {
  host: string;
  /** 22 by default. */
  port?: number;
  /** That of the configuration by default. */
  user?: string;
  /**
   * Its name in the known hosts file in place of its address, like OpenSSH's HostKeyAlias: providers reuse the addresses
   * of deleted machines.
   */
  alias?: string;
  /**
   * Its accepted host keys, in the form of OpenSSH: `ssh-ed25519 AAAA…`. Without them, those of the known hosts file are
   * accepted, or a key that is learnt at the first login if the configuration allows it.
   */
  hostKeys?: readonly string[];
}

/** The name of the server in messages. */
export function shown({ host, port = 22 }: SshTarget): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
