import { expect, it } from 'vitest';
import { demoScreen } from '../../src/cli/demo-screen.ts';
import { simulateFleet } from '../../src/ingest/replay/simulated-fleet.ts';
import type { Alert, AlertTransition } from '../../src/pipeline/effects.ts';

const fleet = simulateFleet({ seed: 1 });
const start = { fleet, url: 'http://127.0.0.1:9477', takenPort: null, topic: null };
const alert = { entity: 'db-3' } as Alert;
const text = { title: 'db-3: latency 4.2 s', summary: '', lines: ['since 03:10', 'score 3.4'] };

function onPipe() {
  const written: string[] = [];
  const screen = demoScreen({ isTTY: false, write: (piece: string) => written.push(piece) });
  return { screen, shown: () => written.join('') };
}

it('says what runs, where /metrics is, and why it is elsewhere', () => {
  const { screen, shown } = onPipe();
  screen.begun({ ...start, takenPort: 9477, topic: 'strayd-demo-x' });
  expect(shown()).toContain('20 hosts, 6 metrics each');
  expect(shown()).toContain('http://127.0.0.1:9477/metrics');
  expect(shown()).toContain('Port 9477 is taken');
  expect(shown()).toContain('strayd-demo-x');
});

it('shows an alert with its explanation when it fires, in one line when it ends, and not before', () => {
  const { screen, shown } = onPipe();
  const change = (to: AlertTransition['to']): AlertTransition => ({ alert, from: null, to, step: 0 });
  screen.transition(change('pending'), text);
  expect(shown()).toBe('');
  screen.transition(change('firing'), text);
  expect(shown()).toBe('▲ db-3: latency 4.2 s\n    since 03:10\n    score 3.4\n\n');
  screen.transition(change('resolved'), { ...text, lines: ['from 03:10 to 03:20, now back to normal'] });
  expect(shown()).toContain('▽ db-3: from 03:10 to 03:20, now back to normal\n');
});

it('draws one bar at a time, and text never lands in one', () => {
  const written: string[] = [];
  const screen = demoScreen({ isTTY: true, columns: 100, write: (piece: string) => written.push(piece) });
  const halfMs = (fleet.options.startMs + fleet.liveFromMs) / 2;
  screen.history(fleet, halfMs);
  expect(written.at(-1)).toContain('50 %');
  screen.training(0.1, 'api-1');
  expect(written.at(-2)).toBe('\r\u001b[2K');
  screen.history(fleet, halfMs);
  expect(written.at(-1)).toContain('Training');
  screen.warned('something');
  expect(written.slice(-2)).toEqual(['\r\u001b[2K', 'something\n']);
});

it('shows nothing where there is nowhere to show it', () => {
  const screen = demoScreen(null);
  screen.begun(start);
  screen.history(fleet, fleet.endMs);
  screen.finished();
});
