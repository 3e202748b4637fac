import { expect, it } from 'vitest';
import { alertmanagerBody, type LevelAlert } from '../../src/delivery/alertmanager-body.ts';
import type { Alert } from '../../src/pipeline/effects.ts';
import { factsOf, firingAlert, resolvedAlert, textOf } from './alert-fixtures.ts';

const onsetMs = Date.UTC(2026, 10, 24, 3);
const nowMs = onsetMs + 600_000;
const context = { nowMs, firingUntilMs: nowMs + 240_000, template: null, failed: () => undefined };
const level = (alert: Alert): LevelAlert => ({ alert, facts: factsOf(alert) });

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
      annotations: {
        summary: textOf(alert).summary,
        description: textOf(alert).lines.join('\n'),
        query: 'avg by (instance) (latency{instance="db-3"})',
        runbook_url: 'https://example.org/runbooks/hosts',
      },
      startsAt: '2026-11-24T03:00:00.000Z',
      endsAt: '2026-11-24T03:14:00.000Z',
      generatorURL: 'https://strayd.example/?alert=3f2a9c0d11e2b4a7',
    },
  ]);
});

it('names a range alert by its kind, and leaves the link out where there is none', () => {
  const alert = firingAlert(onsetMs, { kind: 'range' });
  const facts = factsOf(alert, { externalUrl: null, query: null, runbookUrl: null });
  const [element] = alertmanagerBody([{ alert, facts }], context);
  expect(element?.labels['alertname']).toBe('StraydRange');
  expect(Object.keys(element?.annotations ?? {})).toEqual(['summary', 'description']);
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

it('takes the summary and the description from a template, and strayd’s own words where it fails', () => {
  const failures: string[] = [];
  const template = {
    title: ({ entity }: { readonly entity: string }) => `${entity} acts up`,
    text: () => {
      throw new Error('no such variable');
    },
  };
  const alert = firingAlert(onsetMs);
  const [element] = alertmanagerBody([level(alert)], {
    ...context,
    template,
    failed: (fault) => failures.push(fault),
  });
  expect(element?.annotations['summary']).toBe('db-3 acts up');
  expect(element?.annotations['description']).toBe(textOf(alert).lines.join('\n'));
  expect(failures).toEqual(['no such variable']);
});

it.each([
  ['absence', 'StraydAbsence'],
  ['flatline', 'StraydFlatline'],
] as const)('pushes an alert of kind %s as %s, beside what else the entity has open', (kind, alertname) => {
  const fault = firingAlert(onsetMs, { id: 'f'.repeat(16), kind, contributions: [], peakScore: 0 });
  const body = alertmanagerBody([level(fault), level(firingAlert(onsetMs))], context);
  expect(body.map(({ labels }) => labels['alertname'])).toEqual([alertname, 'StraydAnomaly']);
  expect(body[0]?.annotations['summary']).toBe(textOf(fault).summary);
});
