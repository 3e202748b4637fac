/** A command line that a page shows, as the words that a shell would hand over after `strayd`. */
export interface ShownCommand {
  readonly shown: string;
  readonly words: readonly string[];
}

/** The calls of strayd in a block of code, synopses included: `[--option]` is there, and of `a | b` the first is taken. */
export function shownCommands(code: string): ShownCommand[] {
  return code
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const call =
        /^\s*(?:\$ |source <\()?(?:sudo |npx )?(?:node dist\/cli\/main\.js|strayd)(?: (.*))?$/.exec(line);
      return call === null ? [] : [{ shown: line.trim(), words: wordsOf(call[1] ?? '') }];
    });
}

/** Splits as a shell does, without its comments and what follows a pipe or a closing bracket. */
function wordsOf(text: string): string[] {
  const plain = text
    .replace(/(^|\s)#.*$/, '')
    .replaceAll(/\[([^\]|]*)(\|[^\]]*)?\]/g, '$1')
    .replace(/ [|>&)].*$/, '')
    .replace(/\)\s*$/, '');
  return [...plain.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare = '']) => double ?? single ?? bare.split('|')[0] ?? '',
  );
}
