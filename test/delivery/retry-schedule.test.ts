import { describe, expect, it } from 'vitest';
import type { OutboxRow } from '../../src/core/outbox.ts';
import { pickDue, retryDelayMs } from '../../src/delivery/retry-schedule.ts';
import { newRow } from './memory-outbox.ts';
import { fc } from '../support/properties.ts';

describe('retryDelayMs', () => {
  it('lies anywhere below a ceiling that doubles to five minutes', () => {
    const ceilings = [1, 2, 3, 4, 9, 10, 1000].map((failures) => retryDelayMs(failures, 0.999_999, 0));
    expect(ceilings).toEqual([1000, 2000, 4000, 8000, 256_000, 300_000, 300_000]);
    expect(retryDelayMs(5, 0.25, 0)).toBe(4000);
  });

  it('is never shorter than the receiver asked for', () => {
    expect(retryDelayMs(1, 0.5, 7000)).toBe(7000);
    expect(retryDelayMs(10, 0.5, 7000)).toBe(150_000);
  });
});

describe('pickDue', () => {
  const row = (alertId: string, event: string, nextAttemptMs: number): OutboxRow => ({
    ...newRow(alertId, event, 0),
    attempts: 0,
    nextAttemptMs,
    status: 'pending',
    lastError: null,
    deliveredMs: null,
  });

  it('lets a resolution wait for its alert, but for no other one', () => {
    const rows = [row('a', 'firing', 500), row('a', 'resolved', 0), row('b', 'firing', 0)];
    expect(pickDue(rows, 100)).toEqual({ due: [rows[2]], nextMs: 500 });
    expect(pickDue(rows, 500)).toEqual({ due: [rows[0], rows[2]], nextMs: null });
  });

  it('picks of each alert only its oldest row, and only when due', () => {
    const rows = fc.array(
      fc.record({ alert: fc.constantFrom('a', 'b', 'c'), at: fc.integer({ min: 0, max: 10 }) }),
    );
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 10 }), (specs, nowMs) => {
        const all = specs.map(({ alert, at }, index) => row(alert, String(index), at));
        const { due, nextMs } = pickDue(all, nowMs);
        for (const picked of due) {
          expect(picked.nextAttemptMs).toBeLessThanOrEqual(nowMs);
          expect(all.find(({ alertId }) => alertId === picked.alertId)).toBe(picked);
        }
        const alerts = new Set(all.map(({ alertId }) => alertId)).size;
        expect(due.length === alerts).toBe(nextMs === null);
        if (nextMs !== null) expect(nextMs).toBeGreaterThan(nowMs);
      }),
    );
  });
});
