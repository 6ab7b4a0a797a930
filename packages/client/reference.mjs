import { controlCenter, EVENT_TYPES, orchestrator } from '@provisioning/contracts';

const intro = `<!-- Written by packages/client/generate.mjs from the contract. Do not edit. -->

# Reference: the TypeScript client

The method of every operation of both services. Arguments are one object: \`params\`, \`query\` and \`body\` if the operation has
them, and \`signal\`, \`timeout\`, \`idempotencyKey\`, \`headers\`. A method returns the \`data\` of the envelope. *List*: the method
also has \`.page()\` and \`.all()\`; every other method has \`.tagged()\`, which adds the ETag. *Key*: the client sends an \`Idempotency-Key\` with each call, so that it can retry after a lost
response. Guide: [how-to/use-the-sdks.md](../how-to/use-the-sdks.md).
`;

/** The text of docs/reference/typescript-client.md. */
export function referencePage() {
  return [
    intro,
    section('client.orchestrator', orchestrator),
    section('client.controlCenter', controlCenter),
    eventTypes(),
  ].join('\n');
}

function eventTypes() {
  const types = EVENT_TYPES.map((type) => `- \`${type}\``).join('\n');
  return `## \`EVENT_TYPES\`

The types of events that \`client.events()\` accepts as \`eventTypes\`. Their data:
[how-to/follow-events.md](../how-to/follow-events.md).

${types}
`;
}

function section(object, operations) {
  const parts = Object.entries(operations).map(([id, operation]) => entry(`${object}.${id}`, operation));
  return `## \`${object}\`\n\n${parts.join('\n')}`;
}

function entry(call, operation) {
  const { method, path, summary, description, params, query, body, success, idempotent } = operation;
  const args = [
    ...argument('params', params),
    ...argument('query', query),
    ...(body ? argument('body', body) : []),
  ];
  const marks = [success.list && 'List', idempotent && 'Key'].filter(Boolean);
  return [
    `### \`${call}\``,
    '',
    `\`${method.toUpperCase()} ${path}\`: ${summary}.${description ? ` ${description}` : ''}`,
    '',
    ...args,
    `- returns \`${typeName(success.data)}\`${marks.length > 0 ? ` · ${marks.join(' · ')}` : ''}`,
    '',
  ].join('\n');
}

function argument(name, schema) {
  const members = Object.entries(schema?.properties ?? {});
  if (members.length === 0) return [];
  const required = new Set(schema.required ?? []);
  const listed = members.map(([member]) => `\`${member}${required.has(member) ? '' : '?'}\``).join(', ');
  const title = name === 'body' && schema.title ? ` (\`${schema.title}\`)` : '';
  return [`- \`${name}\`${title}: ${listed}`];
}

function typeName(schema) {
  if (schema.title) return schema.title;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'array') return `${typeName(schema.items)}[]`;
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' | ');
  return schema.type ?? 'unknown';
}
