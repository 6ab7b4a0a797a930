import { expect, it } from '@jest/globals';
import { ProvisioningError } from '@provisioning/client';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { useAct, type Act } from './use-act.js';

/** The act of a component that is rendered once: its state does not change, its keys do. */
function renderedAct(): Act {
  let act: Act | undefined;
  function Component() {
    act = useAct();
    return null;
  }
  renderToString(createElement(Component));
  if (!act) throw new Error('The component was not rendered.');
  return act;
}

const failure = (status: number) => new ProvisioningError('It failed.', { status, code: 'test' });

/** Runs the act once. @returns the key that it was given */
async function keyOf(act: Act, error?: ProvisioningError): Promise<string> {
  let used = '';
  await act.run((key) => {
    used = key;
    return error ? Promise.reject(error) : Promise.resolve();
  });
  return used;
}

it('gives every try the same key until one succeeds', async () => {
  const act = renderedAct();
  const first = await keyOf(act, failure(0));
  expect(await keyOf(act, failure(503))).toBe(first);
  expect(await keyOf(act)).toBe(first);
  expect(await keyOf(act)).not.toBe(first);
});

it('gives another key after a refusal', async () => {
  const act = renderedAct();
  const first = await keyOf(act, failure(422));
  expect(await keyOf(act)).not.toBe(first);
});

it('gives another key once it is cleared, as the next try may send another body', async () => {
  const act = renderedAct();
  const first = await keyOf(act, failure(0));
  act.clear();
  expect(await keyOf(act)).not.toBe(first);
});
