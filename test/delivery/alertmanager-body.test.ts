import { expect, it } from 'vitest';
import { alertmanagerBody } from '../../src/delivery/alertmanager-body.ts';
import { factsOf, firingAlert, levelOf, resolvedAlert, textOf } from './alert-fixtures.ts';

const onsetMs = Date.UTC(2026, 10, 24, 3);
const nowMs = onsetMs + 600_000;
const context = { nowMs, firingUntilMs: nowMs + 240_000, template: null, failed: () => undefined };

it('tells of a firing alert with labels, annotations and the time until which it holds', () => {
  const alert = firingAlert(onsetMs);
  expect(alertmanagerBody([levelOf(alert)], context)).toEqual([
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
        kind: 'anomaly',
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
  const [element] = alertmanagerBody([levelOf(alert, facts)], context);
  expect(element?.labels['alertname']).toBe('StraydRange');
  expect(Object.keys(element?.annotations ?? {})).toEqual(['summary', 'description', 'kind']);
  expect(element).not.toHaveProperty('generatorURL');
});

it('ends a resolved alert at the end of its step, never in the future', () => {
  const alert = resolvedAlert(onsetMs);
  expect(alertmanagerBody([levelOf(alert)], context)[0]?.endsAt).toBe('2026-11-24T03:02:30.000Z');
  const early = alertmanagerBody([levelOf(alert)], { ...context, nowMs: onsetMs - 5000 })[0];
  expect(early).toMatchObject({ startsAt: '2026-11-24T02:59:54.999Z', endsAt: '2026-11-24T02:59:55.000Z' });
});

it('tells only the newest of alerts that Alertmanager could not tell apart', () => {
  const again = firingAlert(onsetMs + 300_000, { id: 'b'.repeat(16) });
  for (const levels of [
    [levelOf(resolvedAlert(onsetMs)), levelOf(again)],
    [levelOf(again), levelOf(resolvedAlert(onsetMs))],
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
  const [element] = alertmanagerBody([levelOf(alert)], {
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
  const body = alertmanagerBody([levelOf(fault), levelOf(firingAlert(onsetMs))], context);
  expect(body.map(({ labels }) => labels['alertname'])).toEqual([alertname, 'StraydAnomaly']);
  expect(body[0]?.annotations['summary']).toBe(textOf(fault).summary);
});

it('says in an annotation what has become of an alert: its labels and its beginning stay', () => {
  const [was] = alertmanagerBody([levelOf(firingAlert(onsetMs, { kind: 'range' }))], context);
  const shift = firingAlert(onsetMs, { kind: 'shift', kindAtOnset: 'range', stayedStep: 1 });
  const [is] = alertmanagerBody([levelOf(shift)], context);
  expect(is?.annotations['kind']).toBe('shift');
  expect([is?.labels, is?.startsAt]).toEqual([was?.labels, was?.startsAt]);
  expect(is?.labels['alertname']).toBe('StraydRange');
});
