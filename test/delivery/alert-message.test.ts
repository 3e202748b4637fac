import { expect, it } from 'vitest';
import { parseTextTemplate } from '../../src/core/text-template.ts';
import { sampleVariables } from '../../src/core/template-variables.ts';
import { alertMessage, plainLines, templateVariables } from '../../src/delivery/alert-message.ts';
import { templatedMessage } from '../../src/delivery/alert-template.ts';
import { cutText } from '../../src/delivery/cut-text.ts';
import { factsOf, firingAlert, resolvedAlert, textOf } from './alert-fixtures.ts';

const onsetMs = Date.UTC(2026, 10, 24, 23, 59, 30);
const firing = firingAlert(onsetMs);
const berlin = factsOf(firing, { timezone: 'Europe/Berlin' });

it('tells the local time after the first line, where the text has UTC', () => {
  const { lines } = alertMessage(firing, berlin);
  expect(lines.slice(0, 2)).toEqual([
    'since 2026-11-24 23:59:30 UTC (1 min 15 s by 2026-11-25 00:00:45 UTC)',
    'local time: since 2026-11-25 00:59:30 Europe/Berlin',
  ]);
  expect(lines.slice(2)).toEqual(textOf(firing).lines.slice(1));
  const resolved = resolvedAlert(onsetMs);
  expect(alertMessage(resolved, factsOf(resolved, { timezone: 'America/New_York' })).lines[1]).toBe(
    'local time: 2026-11-24 18:59:30 to 19:00:45 America/New_York',
  );
});

it('tells UTC only once', () => {
  expect(alertMessage(firing, factsOf(firing)).lines).toEqual(textOf(firing).lines);
});

it('carries query and links, in plain text at the end', () => {
  const message = alertMessage(firing, factsOf(firing));
  expect(plainLines(message).slice(-3)).toEqual([
    'query: avg by (instance) (latency{instance="db-3"})',
    'runbook: https://example.org/runbooks/hosts',
    'console: https://strayd.example/?alert=3f2a9c0d11e2b4a7',
  ]);
  const bare = factsOf(firing, { query: null, runbookUrl: null, externalUrl: null });
  expect(plainLines(alertMessage(firing, bare))).toEqual(textOf(firing).lines);
});

it('gives templates exactly the variables that they are checked against', () => {
  const variables = templateVariables(firing, alertMessage(firing, berlin), berlin);
  const [sample] = sampleVariables(firing.labels);
  expect(Object.keys(variables).sort()).toEqual(Object.keys(sample ?? {}).sort());
  expect(Object.keys(variables.features[0] ?? {}).sort()).toEqual(
    Object.keys(sample?.features[0] ?? {}).sort(),
  );
  expect(variables).toMatchObject({
    event: 'firing',
    started: '2026-11-24 23:59:30 UTC',
    started_local: '2026-11-25 00:59:30 Europe/Berlin',
    features: [
      { name: 'latency', direction: 'up', range: null },
      { name: 'disk', range: { high: 63 } },
    ],
  });
});

const templated = (title: string | null, text: string | null) => {
  const failures: string[] = [];
  const compile = (source: string | null) => (source === null ? null : parseTextTemplate(source).render);
  const template = { title: compile(title), text: compile(text) };
  const message = templatedMessage(firing, berlin, {
    template,
    failed: (fault) => failures.push(fault),
  });
  return { message, failures };
};

it('puts a template’s title and text in the place of strayd’s own', () => {
  const { message, failures } = templated(
    '{{ entity }}\n is off',
    '{% for f in features %}- {{ f.name }}\n{% endfor %}',
  );
  expect(message).toMatchObject({ title: 'db-3 is off', lines: ['- latency', '- disk'] });
  expect(message.query).toBe(berlin.query);
  expect(failures).toEqual([]);
});

it('keeps its own words where a template fails or says nothing, and tells the failure', () => {
  const own = alertMessage(firing, berlin);
  const { message, failures } = templated('{{ labels.nope }}', '{% if resolved_at %}x{% endif %} ');
  expect(message).toEqual(own);
  expect(failures).toEqual(['undefined variable: labels.nope']);
});

it('cuts long text with a mark, never within a character', () => {
  expect(cutText('abc', 3)).toBe('abc');
  expect(cutText('abcd', 3)).toBe('ab…');
  expect(cutText('a👩👩', 3)).toBe('a…');
});
