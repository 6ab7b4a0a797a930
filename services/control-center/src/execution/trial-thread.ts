import { parentPort } from 'node:worker_threads';
import { isFailure } from '@provisioning/errors';
import { compilePolicies, compilePolicy, decide, explain, type PolicySet } from '@provisioning/policy';
import type { TrialAnswers, TrialReply, TrialTask } from './trial-messages.js';

/** The policies that were loaded last, with their key. */
let loaded: { key: string; set: PolicySet } | undefined;

parentPort?.on('message', (task: TrialTask) => parentPort?.postMessage(replyTo(task)));
// All modules are loaded: from here on the time limits apply.
parentPort?.postMessage('ready');

function replyTo(task: TrialTask): TrialReply {
  try {
    return { answer: answerTo(task) };
  } catch (error) {
    if (!isFailure(error) || error.kind !== 'invalid') throw error;
    return { invalid: { message: error.message, details: error.details ?? [] } };
  }
}

function answerTo(task: TrialTask): TrialAnswers[keyof TrialAnswers] {
  switch (task.kind) {
    case 'check':
      compilePolicy({ name: 'checked', version: '1', rules: [...task.rules] });
      return [];
    case 'load':
      loaded = { key: task.key, set: compilePolicies(task.documents, { revision: task.revision }) };
      return null;
    case 'explain':
      return explain(setOf(task.key), task.request);
    case 'decide':
      return task.requests.map((request) => decide(setOf(task.key), request).effect);
  }
}

function setOf(key: string): PolicySet {
  if (loaded?.key !== key) throw new Error(`no policies are loaded for ${key}`);
  return loaded.set;
}
