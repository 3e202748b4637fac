import { expect, it, vi } from 'vitest';
import { askUntil } from '../../src/cli/ask.ts';

it('asks until the answer can be used, says why not, and takes the preset for an empty one', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const asked: string[] = [];
  const answers = ['nine', ''];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answers.shift() ?? '');
  };
  const read = (answer: string) =>
    /^\d+$/.test(answer) ? { value: Number(answer) } : `not a number: ${answer}`;
  expect(await askUntil(ask, 'How many', { preset: '3', read })).toBe(3);
  expect(asked).toEqual(['How many [3]: ', 'How many [3]: ']);
  expect(said).toHaveBeenCalledWith('  not a number: nine\n');
  said.mockRestore();
});
