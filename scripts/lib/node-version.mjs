// Must run on any Node, so it uses only what old ones support.
const NEEDED = [20, 19];

/** Ends the process with a clear sentence when this Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  process.stderr.write(
    `Node.js ${NEEDED.join('.')} or newer is needed, this is ${process.versions.node} (${process.execPath}).\n` +
      'Install a current one from https://nodejs.org, or with "nvm install 24", and start again.\n',
  );
  process.exit(1);
}
