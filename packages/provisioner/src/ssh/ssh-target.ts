/** A server to log in to. */
export interface SshTarget {
  host: string;
  /** 22 unless told. */
  port?: number;
  /** That of the configuration unless told. */
  user?: string;
  /**
   * What it is called in the known hosts file instead of by its address, as with HostKeyAlias of OpenSSH: addresses of
   * machines that come and go are given to others.
   */
  alias?: string;
  /**
   * The host keys that it may have, as OpenSSH writes them: `ssh-ed25519 AAAA…`. Where they are missing, those of the
   * known hosts file, or what is learnt at the first login if the configuration allows it.
   */
  hostKeys?: readonly string[];
}

/** How the far side is named in messages. */
export function shown({ host, port = 22 }: SshTarget): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
