import { performance } from 'node:perf_hooks';
import { spawn } from 'node:child_process';
import { repository } from './paths.mjs';

const KEPT_BYTES = 64 * 1024;

/** A step did not succeed; what it printed has been shown. */
export class StepFailed extends Error {}

/**
 * Runs a program as one step: a line when it begins, its time when it is done, its output only when it fails. With `beside`,
 * other output appears meanwhile, and the line comes at the end.
 * A signal that reaches us ends it, and then us.
 */
export async function step(
  label,
  [program, ...args],
  { env = process.env, advice = '', cwd = repository, beside = false } = {},
) {
  if (!beside) process.stdout.write(`${label} … `);
  const prefix = beside ? `${label} … ` : '';
  const since = performance.now();
  // npm's launchers are scripts of the shell on Windows.
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  const keep = (chunk) => (output = (output + chunk).slice(-KEPT_BYTES));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const release = endWithUs(child);
  const { code, signal, error } = await new Promise((resolve) => {
    child.once('error', (failure) => resolve({ error: failure }));
    child.once('close', (status, by) => resolve({ code: status, signal: by }));
  });
  release();
  const time = `${((performance.now() - since) / 1000).toFixed(1)} s`;
  if (code === 0) {
    process.stdout.write(`${prefix}ok, ${time}\n`);
    return;
  }
  process.stdout.write(`${prefix}failed after ${time}\n`);
  const reason = error
    ? error.message
    : `"${[program, ...args].join(' ')}" ended with ${signal ?? `status ${code}`}`;
  process.stderr.write(`\n${output.trimEnd()}\n\n${label}: ${reason}.${advice && ` ${advice}`}\n`);
  throw new StepFailed(label);
}

function endWithUs(child) {
  const handlers = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ].map(([signal, status]) => [
    signal,
    () => {
      child.kill('SIGTERM');
      child.once('close', () => process.exit(status));
    },
  ]);
  for (const [signal, handler] of handlers) process.once(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
