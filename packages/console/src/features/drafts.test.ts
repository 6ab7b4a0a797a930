import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { keepDraft as keepBatch, readDraft as readBatch } from './compose/draft.js';
import { dropDrafts, type TabStorage } from './drafts.js';
import { dropDraft, keepDraft, readDraft, type PolicyDraft } from './policy/drafts.js';

const NAME = 'sessionStorage';
const original = Object.getOwnPropertyDescriptor(globalThis, NAME);
const FIRST: PolicyDraft = { name: 'p', version: '1.0.0', description: '', rules: [] };
const EDITED: PolicyDraft = { ...FIRST, description: 'mine' };
let stored: TabStorage;

/** Keeps its items as own properties, as the storage of a browser does. */
function storage(): TabStorage {
  const methods = {
    getItem(this: Record<string, string>, key: string) {
      return Object.hasOwn(this, key) ? this[key] : null;
    },
    setItem(this: Record<string, string>, key: string, value: string) {
      this[key] = value;
    },
    removeItem(this: Record<string, string>, key: string) {
      Reflect.deleteProperty(this, key);
    },
  };
  return Object.create(methods) as TabStorage;
}

beforeEach(() => {
  stored = storage();
  Object.defineProperty(globalThis, NAME, { configurable: true, value: stored });
});
afterEach(() => {
  if (original) Object.defineProperty(globalThis, NAME, original);
  else Reflect.deleteProperty(globalThis, NAME);
});

it('keeps a draft of a policy with the version that it started from', () => {
  const base = { values: FIRST, etag: '"1"' };
  keepDraft('id', EDITED, base);
  expect(readDraft('id')).toEqual({ draft: EDITED, base });
  expect(readDraft('other')).toBeUndefined();
  dropDraft('id');
  expect(readDraft('id')).toBeUndefined();
});

it('drops a draft that is again what it started from', () => {
  keepDraft('id', EDITED, { values: FIRST, etag: '"1"' });
  keepDraft('id', { ...FIRST }, { values: FIRST, etag: '"1"' });
  expect(readDraft('id')).toBeUndefined();
});

it('keeps a new policy, which has no version yet', () => {
  keepDraft('new', FIRST);
  expect(readDraft('new')).toEqual({ draft: FIRST });
});

it('drops the drafts of policies and of the batch at once, and nothing else', () => {
  stored.setItem('other', 'stays');
  keepDraft('id', EDITED);
  keepBatch(undefined, 'name: b');
  keepBatch('other', 'name: c');
  expect([readBatch(), readBatch('other')]).toEqual(['name: b', 'name: c']);
  dropDrafts();
  expect(Object.keys(stored)).toEqual(['other']);
});

it('keeps no batch that is larger than the storage of a tab', () => {
  keepBatch(undefined, 'name: b');
  keepBatch(undefined, 'x'.repeat(2_000_001));
  expect(readBatch()).toBeUndefined();
});
