import ssh2 from 'ssh2';

/** A key pair, as OpenSSH writes it. */
export function newKeys(options: { passphrase?: string } = {}): { private: string; public: string } {
  const { passphrase } = options;
  return passphrase === undefined
    ? ssh2.utils.generateKeyPairSync('ed25519')
    : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 });
}
