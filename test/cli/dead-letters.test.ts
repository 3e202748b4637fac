import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { deadLettersAlone } from '../../src/app/dead-letter-views.ts';
import { deadLetterLines } from '../../src/cli/dead-letter-text.ts';
import { openStore } from '../../src/store/open-store.ts';
import { checkpointOf } from '../store/sample-checkpoints.ts';

it('shows each reason with its count and newest example, harmless for a terminal, beside a daemon', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strayd-letters-'));
  const store = openStore(folder, { mode: 'write', pid: 1, random: Math.random });
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
  expect(deadLetterLines(deadLettersAlone(folder))).toEqual([
    'No dead letters are kept: all that was read could be used.',
  ]);
  const letter = (offset: number, reason: string, text: string) => {
    const place = { source: 'node', topic: 'metrics', partition: 0, offset };
    return { ...place, reason, detail: `seen: ${text}`, bytes: new TextEncoder().encode(text) };
  };
  const deadLetters = [
    letter(1, 'not_json', 'a'),
    letter(2, 'bad_time', 'b'),
    letter(3, 'not_json', '\u001b[31m'),
  ];
  store.applyCheckpoint(checkpointOf({ effects: { deadLetters } }), { outbox: [] });
  expect(deadLetterLines(deadLettersAlone(folder))).toEqual([
    'not_json, source node: 2 records kept, the newest at metrics/0 offset 3',
    '  seen: \\u{1b}[31m',
    '  \\u{1b}[31m',
    'bad_time, source node: 1 record kept, the newest at metrics/0 offset 2',
    '  seen: b',
    '  b',
  ]);
});
