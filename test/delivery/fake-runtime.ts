import type { DeliveryRuntime } from '../../src/delivery/delivery-runtime.ts';

/** A clock that stands until told to go. */
export interface FakeRuntime extends DeliveryRuntime {
  /** Lets time pass, calling the timers on their way, and what they start come to its end. */
  pass(ms: number): Promise<void>;
  /** Lets what was started come to its end, without time passing. */
  settle(): Promise<void>;
  /** Sets the wall clock back; timers go on waiting as long as they had to. */
  stepBack(ms: number): void;
}

interface Timer {
  atMs: number;
  readonly callback: () => void;
}

/** `random` always answers `fixedRandom`. Works with channels that answer without real I/O. */
export function fakeRuntime(fixedRandom = 0.5, startMs = Date.UTC(2026, 10, 24)): FakeRuntime {
  let nowMs = startMs;
  const timers = new Set<Timer>();
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    nowMs: () => nowMs,
    random: () => fixedRandom,
    setTimer(callback, delayMs) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    settle,
    stepBack(ms) {
      nowMs -= ms;
      for (const timer of timers) timer.atMs -= ms;
    },
    async pass(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        await settle();
        const next = [...timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.callback();
      }
      nowMs = endMs;
    },
  };
}
