import ssh2 from 'ssh2';

/** A key pair in the form of OpenSSH. */
export function newKeys(options: { passphrase?: string } = {}): { private: string; public: string } {
  const { passphrase } = options;
  for (;;) {
    const pair =
      passphrase === undefined
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 });
    // ssh2 1.17.0 cannot read three of a thousand keys that it makes.
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
}
