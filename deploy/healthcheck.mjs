// The health check of every image: 0 when the process in the container is ready to serve, else 1 and the reason.
// Usage: node healthcheck.mjs NAME_OF_THE_VARIABLE_THAT_HOLDS_THE_PORT
const variable = process.argv[2] ?? '';
const port = process.env[variable];
if (!port) fail(`${variable} is not set: the check does not know which port to ask`);

try {
  const response = await fetch(`http://127.0.0.1:${port}/readyz?verbose`, {
    signal: AbortSignal.timeout(2_500),
  });
  if (!response.ok) fail(`/readyz answers ${response.status}: ${await response.text()}`);
} catch (error) {
  fail(`/readyz does not answer: ${error.cause?.message ?? error.message}`);
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
