import { expect, it } from 'vitest';
import { WakeLoop } from '../../src/delivery/wake-loop.ts';
import { fakeRuntime } from './fake-runtime.ts';

const never = (error: unknown): void => {
  throw new Error('a turn failed', { cause: error });
};

it('takes a turn when woken and when the wait is over', async () => {
  const runtime = fakeRuntime();
  const startMs = runtime.nowMs();
  const turns: number[] = [];
  const loop = new WakeLoop({ runtime, failed: never }, () => {
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
  const loop = new WakeLoop({ runtime, failed: never }, async () => {
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
  const loop = new WakeLoop({ runtime, failed: never }, () => {
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
  const loop = new WakeLoop({ runtime: { ...runtime, setTimer }, failed: never }, () =>
    Promise.resolve(++turns * 1000),
  );
  waken = () => {
    waken = () => undefined;
    loop.wake();
  };
  loop.wake();
  await runtime.settle();
  expect(turns).toBe(2);
});

it('tells of a turn that rejects, and takes the next ones with growing waits', async () => {
  const runtime = fakeRuntime();
  const startMs = runtime.nowMs();
  const turns: number[] = [];
  const told: unknown[] = [];
  const loop = new WakeLoop({ runtime, failed: (error) => told.push(error) }, () => {
    turns.push(runtime.nowMs() - startMs);
    return turns.length < 4 ? Promise.reject(new Error('broken')) : Promise.resolve(60_000);
  });
  loop.wake();
  await runtime.pass(30_000);
  expect(turns).toEqual([0, 1000, 3000, 7000]);
  expect(told).toEqual(Array.from({ length: 3 }, () => new Error('broken')));
});
