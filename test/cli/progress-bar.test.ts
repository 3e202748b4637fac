import { describe, expect, it } from 'vitest';
import { progressBar } from '../../src/cli/progress-bar.ts';

function terminal(columns: number) {
  const written: string[] = [];
  return { isTTY: true, columns, write: (text: string) => written.push(text), written };
}

describe('a progress bar', () => {
  it('is redrawn in place, only when it changes, and wiped at the end', () => {
    const out = terminal(100);
    const bar = progressBar(out, 'Training');
    bar.update(0.5, 'epoch 3');
    bar.update(0.5, 'epoch 3');
    bar.done();
    bar.done();
    expect(out.written).toEqual([
      `\r\u001b[2KTraining ${'█'.repeat(15)}${'░'.repeat(15)} 50 % epoch 3`,
      '\r\u001b[2K',
    ]);
  });

  it('never wraps, which would leave its old lines standing', () => {
    const out = terminal(50);
    progressBar(out, 'Reading three days of history').update(0.25, 'something long to tell of it');
    expect(out.written[0]?.replace('\r\u001b[2K', '')).toHaveLength(49);
  });

  it('stays within its ends, and is silent where there is no terminal', () => {
    const out = terminal(100);
    progressBar(out, 'A').update(1.7, '');
    expect(out.written[0]).toContain(' 100 %');
    const pipe = { ...terminal(100), isTTY: false };
    const bar = progressBar(pipe, 'A');
    bar.update(0.5, '');
    bar.done();
    expect(pipe.written).toEqual([]);
  });
});
