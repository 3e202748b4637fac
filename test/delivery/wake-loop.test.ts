import { expect, it } from 'vitest';
import { WakeLoop } from '../../src/delivery/wake-loop.ts';
import { fakeRuntime } from './fake-runtime.ts';

it('takes a turn when woken and when the wait is over', async () => {
  const runtime = fakeRuntime();
  const startMs = runtime.nowMs();
  const turns: number[] = [];
  const loop = new WakeLoop(runtime, () => {
    turns.push(runtime.nowMs() - startMs);
    return Promise.resolve(1000);
  });
  await runtime.pass(5000);
  loop.wake();
  await runtime.pass(1500);
  loop.wake();
  await runtime.pass(1400);
  expect(turns).toEqual([5000, 6000, 6500, 7500]);
});

it('never takes two turns at once, and one more for any number of calls meanwhile', async () => {
  const runtime = fakeRuntime();
  let turns = 0;
  let release = (): void => undefined;
  const loop = new WakeLoop(runtime, async () => {
    turns++;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return 1000;
  });
  loop.wake();
  for (let i = 0; i < 5; i++) loop.wake();
  await runtime.settle();
  expect(turns).toBe(1);
  release();
  await runtime.settle();
  expect(turns).toBe(2);
  release();
  await runtime.settle();
  expect(turns).toBe(2);
});

it('is still once stopped', async () => {
  const runtime = fakeRuntime();
  let turns = 0;
  const loop = new WakeLoop(runtime, () => {
    turns++;
    return Promise.resolve(1000);
  });
  loop.wake();
  await runtime.settle();
  await loop.stop();
  loop.wake();
  await runtime.pass(5000);
  expect(turns).toBe(1);
});

it('does not miss a call that comes while a turn is just ending', async () => {
  const runtime = fakeRuntime();
  let turns = 0;
  let waken = (): void => undefined;
  const setTimer: typeof runtime.setTimer = (callback, delayMs) => {
    waken();
    return runtime.setTimer(callback, delayMs);
  };
  const loop = new WakeLoop({ ...runtime, setTimer }, () => Promise.resolve(++turns * 1000));
  waken = () => {
    waken = () => undefined;
    loop.wake();
  };
  loop.wake();
  await runtime.settle();
  expect(turns).toBe(2);
});
