import ssh2 from 'ssh2';

/** A key pair, as OpenSSH writes it. */
export function newKeys(options: { passphrase?: string } = {}): { private: string; public: string } {
  const { passphrase } = options;
  for (;;) {
    const pair =
      passphrase === undefined
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 });
    // Of a thousand that it makes, ssh2 1.17.0 cannot read three again.
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
}
