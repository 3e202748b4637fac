import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

/** How long this thread's event loop keeps what is due waiting. */
export interface LoopDelay {
  /** 99th percentile since the last call, seconds. */
  takeSeconds(): number;
  stop(): void;
}

/** Begins to measure. */
export function watchLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    takeSeconds: () => {
      // Node's figure is from one timer to the next, the interval itself included.
      const seconds = histogram.percentile(99) / NANOSECONDS - RESOLUTION_MS / 1000;
      histogram.reset();
      return Math.max(0, seconds);
    },
    stop: () => histogram.disable(),
  };
}
