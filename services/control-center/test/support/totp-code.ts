import speakeasy from 'speakeasy';

/** The code that a user's authenticator shows, `steps` of 30 s from `at`. */
export function totpCode(secret: string, at: Date, steps = 0): string {
  const time = Math.floor(at.getTime() / 1000) + steps * 30;
  return speakeasy.totp({ secret, encoding: 'base32', time });
}

/** A code that is not valid at that moment. */
export function wrongCode(secret: string, at: Date): string {
  const good = [-1, 0, 1].map((steps) => totpCode(secret, at, steps));
  return ['000000', '111111', '222222', '333333'].find((code) => !good.includes(code))!;
}
