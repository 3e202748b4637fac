import { expect, it } from 'vitest';
import { alertmanagerBody, type LevelAlert } from '../../src/delivery/alertmanager-body.ts';
import type { Alert } from '../../src/pipeline/effects.ts';
import { firingAlert, resolvedAlert, stepMs, textOf } from './alert-fixtures.ts';

const onsetMs = Date.UTC(2026, 10, 24, 3);
const nowMs = onsetMs + 600_000;
const context = { nowMs, firingUntilMs: nowMs + 240_000, externalUrl: 'https://strayd.example/' };
const level = (alert: Alert): LevelAlert => ({ alert, stepMs, text: textOf(alert) });

it('tells of a firing alert with labels, annotations and the time until which it holds', () => {
  const alert = firingAlert(onsetMs);
  expect(alertmanagerBody([level(alert)], context)).toEqual([
    {
      labels: {
        alertname: 'StraydAnomaly',
        detector: 'hosts',
        severity: 'critical',
        instance: 'db-3',
        k8s_pod: 'db',
      },
      annotations: { summary: textOf(alert).summary, description: textOf(alert).lines.join('\n') },
      startsAt: '2026-11-24T03:00:00.000Z',
      endsAt: '2026-11-24T03:14:00.000Z',
      generatorURL: 'https://strayd.example/?alert=3f2a9c0d11e2b4a7',
    },
  ]);
});

it('names a range alert by its kind, and leaves the link out where there is none', () => {
  const [element] = alertmanagerBody([level(firingAlert(onsetMs, { kind: 'range' }))], {
    ...context,
    externalUrl: null,
  });
  expect(element?.labels['alertname']).toBe('StraydRange');
  expect(element).not.toHaveProperty('generatorURL');
});

it('ends a resolved alert at the end of its step, never in the future', () => {
  const alert = resolvedAlert(onsetMs);
  expect(alertmanagerBody([level(alert)], context)[0]?.endsAt).toBe('2026-11-24T03:02:30.000Z');
  const early = alertmanagerBody([level(alert)], { ...context, nowMs: onsetMs - 5000 })[0];
  expect(early).toMatchObject({ startsAt: '2026-11-24T02:59:54.999Z', endsAt: '2026-11-24T02:59:55.000Z' });
});

it('tells only the newest of alerts that Alertmanager could not tell apart', () => {
  const again = firingAlert(onsetMs + 300_000, { id: 'b'.repeat(16) });
  for (const levels of [
    [level(resolvedAlert(onsetMs)), level(again)],
    [level(again), level(resolvedAlert(onsetMs))],
  ]) {
    const body = alertmanagerBody(levels, context);
    expect(body.map(({ startsAt }) => startsAt)).toEqual(['2026-11-24T03:05:00.000Z']);
  }
});
