import { expect, it } from 'vitest';
import { Closers } from '../../src/app/closers.ts';

it('what was opened last is closed first, each when the one before has finished', async () => {
  const closers = new Closers();
  const closed: string[] = [];
  closers.add(() => closed.push('store'));
  closers.add(async () => {
    await Promise.resolve();
    closed.push('server');
  });
  closers.add(() => closed.push('delivery'));
  await closers.close();
  expect(closed).toEqual(['delivery', 'server', 'store']);
});

it('an error keeps nothing from being closed, and the first one comes out', async () => {
  const closers = new Closers();
  let closed = false;
  closers.add(() => {
    closed = true;
  });
  closers.add(() => {
    throw new Error('second');
  });
  closers.add(() => Promise.reject(new Error('first')));
  await expect(closers.close()).rejects.toThrow('first');
  expect(closed).toBe(true);
  await expect(closers.close()).resolves.toBeUndefined();
});
