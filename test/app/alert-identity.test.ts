import { describe, expect, it } from 'vitest';
import { alertIdentity, alertmanagerLabels } from '../../src/app/alert-identity.ts';
import type { Alert } from '../../src/pipeline/effects.ts';
import { firingAlert } from '../delivery/alert-fixtures.ts';
import {
  anyCourse,
  inputAt,
  inputsOf,
  live,
  slow,
  type StepLetter,
} from '../pipeline/alerts/gate-fixtures.ts';
import { fc } from '../support/properties.ts';

/** Nothing, or a shift that was laid aside just before step 50, at which `anyCourse` begins. */
const afterShift = fc.constantFrom(
  [],
  Array.from({ length: 18 }, (_, index) => inputAt(32 + index, index < 10 ? 'o' : 'q', { raw: 1.5 })),
);

describe('what an alert is known by', () => {
  it('is the same from its first firing to its end, and no other open one has it', () => {
    let shifts = 0;
    let beside = 0;
    fc.assert(
      fc.property(afterShift, anyCourse, (first, later) => {
        const inputs = [...first, ...later];
        const open = new Map<string, string>();
        const lived = new Map<string, string>();
        for (const { alert, to } of live(inputs, slow).transitions) {
          if (to === 'pending' || to === 'discarded') continue;
          for (const [where, labelsOf] of Object.entries({ alertmanagerLabels, alertIdentity })) {
            const name = `${alert.id} ${where}`;
            const labels = JSON.stringify(labelsOf(alert));
            expect(labels).toBe(lived.get(name) ?? labels);
            lived.set(name, labels);
            if (to === 'resolved') open.delete(name);
            else open.set(name, labels);
          }
          expect(new Set(open.values()).size).toBe(open.size);
          if (alert.kind === 'shift') shifts++;
          if (alert.beside !== undefined) beside++;
        }
      }),
      { numRuns: 400 },
    );
    expect(shifts).toBeGreaterThan(50);
    expect(beside).toBeGreaterThan(20);
  });

  it('outlives a reload that gives later alerts another severity', () => {
    const severe = {
      ...slow,
      spec: { ...slow.spec, alert: { ...slow.spec.alert, severity: 'critical' } },
    };
    const { gate } = live(inputsOf('ooo'), slow);
    const later = Array.from({ length: 12 }, (_, index) => inputAt(3 + index, index < 8 ? 'o' : 'q'));
    const severities = live(later, severe, gate).transitions.map(({ alert }) => [alert.kind, alert.severity]);
    expect(severities).toEqual([['shift', 'warning']]);
  });

  it('tells an alert beside a shift from it, and a later one from a shift that was itself beside one', () => {
    const steps = (from: number, letters: string, raw: number) =>
      [...letters].map((letter, index) => inputAt(from + index, letter as StepLetter, { raw }));
    // A shift, laid aside; beside it a stranger alert, which is a shift itself once the first has ended.
    const first = [...inputsOf('o'.repeat(10)), ...steps(10, 'q'.repeat(8), 1.5)];
    const { transitions, gate } = live([...first, ...steps(18, 'ooo', 2.5)], slow);
    expect(transitions.at(-1)?.alert).toMatchObject({ kind: 'anomaly', beside: 'shift' });
    expect(alertmanagerLabels(transitions.at(-1)?.alert as Alert)).toEqual({
      alertname: 'StraydAnomaly',
      detector: 'hosts',
      severity: 'warning',
      beside: 'shift',
      instance: 'db-3',
    });
    const parkedAgain = { ...gate, open: null, shift: { ...gate.shift!, alert: gate.open! } };
    const later = live(steps(21, 'ooo', 4), slow, parkedAgain);
    expect(later.transitions.at(-1)?.alert.beside).toBe('later_shift');
  });

  it('takes a shift that an earlier version kept for an anomaly, and names reserved for strayd for its own', () => {
    const labels = { severity: 'gold', beside: 'the sea', alertname: 'x' };
    const alert = firingAlert(0, { kind: 'shift', labels });
    expect(alertmanagerLabels(alert)).toEqual({
      alertname: 'StraydAnomaly',
      detector: 'hosts',
      severity: 'critical',
      exported_alertname: 'x',
      exported_beside: 'the sea',
      exported_severity: 'gold',
    });
  });
});
