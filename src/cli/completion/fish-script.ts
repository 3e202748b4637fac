import type {
  CompletedCommand,
  CompletedOption,
  CompletedValue,
  CompletedWord,
} from './completed-command.ts';

/** Completion for fish 3 and later. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  return `# fish completion of strayd: strayd completion fish
function __strayd_at
    set -l command strayd
    for word in (commandline -opc)[2..-1]
        if contains -- "$command $word" ${commands
          .slice(1)
          .map(({ path }) => fishQuoted(path))
          .join(' ')}
            set command "$command $word"
        end
    end
    test "$command" = "$argv"
end
complete -c strayd -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, subcommands, options, arguments: value }: CompletedCommand): string[] {
  const start = `complete -c strayd -n ${fishQuoted(`__strayd_at ${path}`)}`;
  return [
    ...[...subcommands, ...value.words.map((word) => ({ word, about: '' }))].map(
      ({ word, about }: CompletedWord) => `${start} -a ${fishQuoted(word)} -d ${fishQuoted(about)}`,
    ),
    ...(value.isFile ? [`${start} -F`] : []),
    ...options.map((option) => `${start}${spelling(option)} -d ${fishQuoted(option.about)}`),
  ];
}

function spelling({ flags, value }: CompletedOption): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  return `${names.join('')}${value === null ? '' : taken(value)}`;
}

function taken({ words, isFile }: CompletedValue): string {
  if (isFile) return ' -rF';
  return words.length === 0 ? ' -x' : ` -xa ${fishQuoted(words.join(' '))}`;
}

/** fish knows two escapes inside single quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll(/\s+/g, ' ').replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
