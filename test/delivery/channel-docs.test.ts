import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { parseTextTemplate } from '../../src/core/text-template.ts';
import { sampleVariables } from '../../src/core/template-variables.ts';
import { alertmanagerBody } from '../../src/delivery/alertmanager-body.ts';
import { outboxRows } from '../../src/delivery/outbox-rows.ts';
import { loadText, MINIMAL } from '../config/load-text.ts';
import { factsOf, firingAlert, levelOf, notificationOf } from './alert-fixtures.ts';

const file = new URL('../../docs/channels.md', import.meta.url);
const docs = await readFile(file, 'utf8');
const blocks = (language: string): string[] =>
  [...docs.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

const onsetMs = Date.UTC(2026, 10, 24, 3);
const alert = firingAlert(onsetMs);
const facts = factsOf(alert, { timezone: 'Europe/Berlin', externalUrl: 'https://strayd.example.org' });

const names = { webhook: 'hook', slack: 'chat', pagerduty: 'pager' } as const;

function bodyOf(type: string): unknown {
  if (type === 'alertmanager') {
    const nowMs = onsetMs + 75_000;
    const context = { nowMs, firingUntilMs: nowMs + 240_000, template: null, failed: () => undefined };
    return alertmanagerBody([levelOf(alert, facts)], context);
  }
  if (!Object.hasOwn(names, type)) throw new Error(`no body of ${type}`);
  const known = type as keyof typeof names;
  const route = { name: names[known], type: known, template: null };
  const context = { factsOf: () => facts, nowMs: onsetMs, templateFailed: () => undefined };
  const [row] = outboxRows(notificationOf(alert), [route], context);
  const body: unknown = JSON.parse(row?.body ?? '');
  return type === 'pagerduty' ? { routing_key: '<secret>', ...(body as object) } : body;
}

it('every configuration in the docs loads, and there is one of each type', () => {
  const types = new Set<string>();
  for (const text of blocks('yaml')) {
    const files = Object.fromEntries(
      [...text.matchAll(/_file: ([^\s,}]+)/g)].map(([, path = '']) => [
        path,
        'https://example.org/secret-word',
      ]),
    );
    const { config } = loadText(MINIMAL + text, { files });
    for (const { type } of config.channels) types.add(type);
  }
  expect([...types].sort()).toEqual(['alertmanager', 'kafka', 'pagerduty', 'slack', 'webhook']);
});

it('every body in the docs is what is sent: after a change, run with UPDATE_DOCS=1', async () => {
  const pattern = /<!-- body: (\w+) -->\n\n```json\n.*?^```$/gms;
  let shown = docs;
  const types: string[] = [];
  for (const [block, type = ''] of docs.matchAll(pattern)) {
    types.push(type);
    const json = await format(JSON.stringify(bodyOf(type)), { parser: 'json', printWidth: 110 });
    shown = shown.replace(block, () => `<!-- body: ${type} -->\n\n\`\`\`json\n${json}\`\`\``);
  }
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(file, shown);
  expect(types).toEqual(['alertmanager', 'webhook', 'slack', 'pagerduty']);
  expect(docs).toBe(shown);
});

it('the docs list every variable, and only tags and filters that there are', () => {
  const [sample] = sampleVariables({});
  const named = new Set([...docs.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
  for (const name of [...Object.keys(sample ?? {}), ...Object.keys(sample?.features[0] ?? {})]) {
    expect(named).toContain(name);
  }
  const [, filters = ''] = /^Filters: (.*?)\.$/ms.exec(docs) ?? [];
  const list = [...filters.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name);
  expect(list.length).toBeGreaterThan(40);
  for (const filter of list) expect(() => parseTextTemplate(`{{ title | ${filter} }}`)).not.toThrow();
});
