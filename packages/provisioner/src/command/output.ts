import { renderOutcome, type Outcome } from '../apply/index.js';
import type { Server } from '../drivers/index.js';
import { renderPlan, type Plan } from '../plan/index.js';
import type { CommandFailure } from './command-error.js';
import { documentPlan } from './document-plan.js';
import { renderServers } from './render-servers.js';

/** Where a command prints: lines of text while it runs, or one JSON document at its end. */
export interface Output {
  /** A warning that users must see even if the command fails. */
  notice(text: string): void;
  /** A line that a server printed. */
  line(text: string): void;
  plan(plan: Plan): void;
  outcome(outcome: Outcome): void;
  servers(servers: readonly Server[]): void;
  summary(text: string): void;
  failure(failure: CommandFailure): void;
  end(): void;
}

/** The members of the JSON document that are known before the command runs. */
export interface OutputHeader {
  command: string;
  infra: string | null;
  settings: string | null;
  check: boolean;
}

/** Prints lines of text: messages on standard output, warnings on standard error. */
export function textOutput(): Output {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  return {
    notice: (text) => process.stderr.write(`Note: ${text}\n`),
    line: say,
    plan: (plan) => renderPlan(plan).forEach(say),
    outcome(outcome) {
      const line = renderOutcome(outcome);
      if (line !== null) say(line);
    },
    servers: (servers) => renderServers(servers).forEach(say),
    summary: say,
    failure: ({ message }) => process.stderr.write(`Error: ${message}\n`),
    end: () => {},
  };
}

/** The member of the document that lists the things that the command acted on. */
const MEMBERS: Record<string, string> = { taskserv: 'taskservs', cluster: 'clusters' };

/** Collects everything and prints one JSON document at the end. */
export function jsonOutput(header: OutputHeader): Output {
  const member = MEMBERS[header.command.split(' ')[0] ?? ''] ?? 'servers';
  const notices: string[] = [];
  const document: Record<string, unknown> = {
    ...header,
    notices,
    plan: null,
    [member]: [],
    summary: null,
    error: null,
  };
  const outcomes: unknown[] = [];
  return {
    notice(text) {
      notices.push(text);
      process.stderr.write(`Note: ${text}\n`);
    },
    line: (text) => void process.stderr.write(`${text}\n`),
    plan: (plan) => void (document['plan'] = documentPlan(plan)),
    outcome(outcome) {
      outcomes.push(outcome);
      document[member] = outcomes;
    },
    servers: (servers) => void (document[member] = servers),
    summary: (text) => void (document['summary'] = text),
    failure({ exitCode, message, faults }) {
      document['error'] = { message, exit_code: exitCode, faults };
      process.stderr.write(`Error: ${message}\n`);
    },
    end: () => process.stdout.write(`${JSON.stringify(document, null, 2)}\n`),
  };
}
