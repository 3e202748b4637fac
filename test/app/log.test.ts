import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const LOG = new URL('../../src/app/log.ts', import.meta.url).href;
const METRICS = new URL('../../src/server/metrics.ts', import.meta.url).href;

/** Reports one event in a process of its own and answers its standard error. */
function logged(style: string): string {
  const code = `const { startLog } = await import('${LOG}'); const { createMetrics } = await import('${METRICS}');
    const metrics = createMetrics({ version: '1', nodeVersion: '20' });
    startLog('${style}', metrics)({ event: 'started', level: 'info', message: 'here', fields: { port: 1 } });
    console.log(await metrics.eventsTotal.get().then(({ values }) => values[0].value));`;
  const { stderr, stdout } = spawnSync('npx', ['tsx', '--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  expect(stdout.trim()).toBe('1');
  return stderr;
}

it('an event is one line of JSON on standard error', () => {
  expect(JSON.parse(logged('json'))).toMatchObject({ level: 30, event: 'started', port: 1, msg: 'here' });
});

it('nothing is written where the terminal is drawn by others, but all is counted', () => {
  expect(logged('silent')).toBe('');
});
