import { STEPS, startRotation } from '../../../support/rotation.ts';

test('after the four steps the new value alone is sent', async () => {
  const { step, places, good } = startRotation();
  for (const name of STEPS) await step(name);
  expect(places).toEqual(['new 1', 'new 1']);
  expect(new Set(await good())).toEqual(new Set(['new 1']));
});

test('the API answers to every place of CloudFront after each step', async () => {
  const { step, open } = startRotation();
  expect(await open()).toEqual([true, true]);
  for (const name of STEPS) {
    await step(name);
    expect(await open()).toEqual([true, true]);
  }
});

test('a step that comes again changes nothing', async () => {
  const { step, places, open } = startRotation();
  for (const name of STEPS) {
    await step(name);
    await step(name);
  }
  expect(places).toEqual(['new 1', 'new 1']);
  expect(await open()).toEqual([true, true]);
});

test('while a place still sends the old value it stays good, and the rotation fails', async () => {
  const { step, open, good } = startRotation(Number.POSITIVE_INFINITY);
  await step('createSecret');
  await step('setSecret');
  await expect(step('testSecret')).rejects.toThrow('not send the new value everywhere');
  await expect(step('finishSecret')).rejects.toThrow('no longer');
  expect(await good()).toEqual(['old', 'new 1']);
  expect(await open()).toEqual([true, true]);
});

test('a deployment that puts the old value back before the end keeps the old value good', async () => {
  const { step, places, open, good } = startRotation();
  for (const name of STEPS.slice(0, 3)) await step(name);
  places.fill('old');
  await expect(step('finishSecret')).rejects.toThrow('no longer');
  expect(await good()).toEqual(['old', 'new 1']);
  expect(await open()).toEqual([true, true]);
});

test('a version that was never proposed is not sent', async () => {
  const { step, places } = startRotation();
  await expect(step('setSecret', 'v3')).rejects.toThrow('v3');
  expect(places).toEqual(['old', 'old']);
});

test('a step that does not exist is named', async () => {
  await expect(startRotation().step('guess')).rejects.toThrow('no step guess');
});
