import { describe, expect, it } from 'vitest';
import { runBacktest } from '../../src/app/backtest.ts';
import { createRandom } from '../../src/core/random.ts';
import { backtestDetector } from '../../src/ingest/replay/backtest-detector.ts';

const STEP_MS = 10 * 60_000;
const DAY = 144;
const DAYS = 14;
const LIVE_DAYS = 3;
const START = Date.UTC(2026, 0, 5);
const FEATURES = ['cpu', 'disk', 'mem'];

/** Three hosts with a backup from 02:00 to 02:30 each night; at `fault` (row numbers) the first one has twice as much to do as in a backup. */
function hosts(fault: { readonly from: number; readonly to: number } | null) {
  const random = createRandom(9);
  return ['h1', 'h2', 'h3'].flatMap((entity, host) =>
    Array.from({ length: (DAYS + LIVE_DAYS) * DAY }, (_, row) => {
      const base = 50 + 10 * Math.sin((2 * Math.PI * (row % DAY)) / DAY);
      const isBackup = row % DAY >= 12 && row % DAY < 15;
      const isFault = host === 0 && fault !== null && row >= fault.from && row < fault.to;
      const load = random.normal();
      const jump = isFault ? 80 : isBackup ? 40 : 0;
      return {
        line: 0,
        timeText: '',
        timeMs: START + row * STEP_MS,
        entity,
        values: Float64Array.of(
          base + 2 * load + jump + random.normal(),
          2 * base + 3 * load + 2 * jump + 2 * random.normal(),
          30 + load + random.normal(),
        ),
      };
    }),
  );
}

async function alertsWith(fault: Parameters<typeof hosts>[0]) {
  const spec = backtestDetector(FEATURES, STEP_MS);
  const { alerts } = await runBacktest({
    spec: { ...spec, model: { ...spec.model, type: 'linear' } },
    features: FEATURES,
    rows: hosts(fault),
    labels: null,
    trainUntilMs: START + DAYS * DAY * STEP_MS,
  });
  return alerts.map(({ entity, startMs }) => `${entity} ${new Date(startMs).toISOString().slice(8, 16)}`);
}

describe('a backup each night', () => {
  it('alerts nobody while it runs, not even in the first night', async () => {
    expect(await alertsWith(null)).toEqual([]);
  });

  it('does not hide what is worse at another hour', async () => {
    const noon = DAYS * DAY + DAY + DAY / 2;
    expect(await alertsWith({ from: noon, to: noon + 3 })).toContain('h1 20T12:00');
  });
});
