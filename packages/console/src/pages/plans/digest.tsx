/** The whole digest of a plan, to be compared with another copy of it. */
export function Digest({ digest }: { digest: string }) {
  return (
    <p>
      Digest <code style={{ overflowWrap: 'anywhere' }}>{digest}</code>
    </p>
  );
}
