import type { CompletedCommand, CompletedValue } from './completed-command.ts';
import { shellQuoted } from './shell-quoted.ts';

/** Completion for bash 4 and later; needs no bash-completion package. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const below = commands.slice(1).map(({ path }) => `'${path}'`);
  return `# bash completion of strayd: strayd completion bash
_strayd() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}" command=strayd words='' files='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command \${COMP_WORDS[index]}" in
      ${below.join(' | ')})
        command="$command \${COMP_WORDS[index]}" ;;
    esac
  done
  case "$command $before" in
${commands.flatMap(valueCases).join('\n')}
    *)
      case "$command" in
${commands.map(wordCase).join('\n')}
      esac
      ;;
  esac
  COMPREPLY=()
  if [[ -n $files && $current != -* ]]; then
    compopt -o filenames 2> /dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
  if [[ -n $words ]]; then
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -F _strayd strayd
`;
}

/** After an option that takes a value, only values of it are offered. */
function valueCases({ path, options }: CompletedCommand): string[] {
  return options.flatMap(({ flags, value }) =>
    value === null
      ? []
      : [`    ${flags.map((flag) => `'${path} ${flag}'`).join(' | ')}) ${assignments(value)} ;;`],
  );
}

function wordCase({ path, subcommands, options, arguments: value }: CompletedCommand): string {
  const words = [
    ...subcommands.map(({ word }) => word),
    ...value.words,
    ...options.flatMap(({ flags }) => flags),
  ];
  return `        '${path}') ${assignments({ words, isFile: value.isFile })} ;;`;
}

function assignments({ words, isFile }: CompletedValue): string {
  return `words=${shellQuoted(words.join(' '))}${isFile ? ' files=yes' : ''}`;
}
