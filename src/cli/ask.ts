import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from './exit.ts';

/** Asks one question and answers what was typed, without blanks around it. */
export type Ask = (question: string) => Promise<string>;

/** Does `work` with questions on the terminal; Ctrl-D or Ctrl-C at a question ends the command. */
export async function withQuestions<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await work(async (question) => (await terminal.question(question)).trim());
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    process.stderr.write('\n');
    throw new CommandError('Nothing is written.', EXIT.failed);
  } finally {
    terminal.close();
  }
}

/** Asks until `read` takes the answer; an empty one means `preset`. `read` answers what is wrong as a text, or the value. */
export async function askUntil<T>(
  ask: Ask,
  question: string,
  {
    preset,
    read,
  }: { readonly preset: string; readonly read: (answer: string) => { readonly value: T } | string },
): Promise<T> {
  for (;;) {
    const answer = await ask(preset === '' ? `${question}: ` : `${question} [${preset}]: `);
    const taken = read(answer === '' ? preset : answer);
    if (typeof taken !== 'string') return taken.value;
    process.stderr.write(`  ${taken}\n`);
  }
}
