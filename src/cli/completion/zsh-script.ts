import type { CompletedCommand, CompletedValue, CompletedWord } from './completed-command.ts';
import { shellQuoted } from './shell-quoted.ts';

/** Completion for zsh with its completion system (`compinit`) on. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  const below = commands.slice(1).map(({ path }) => shellQuoted(path));
  return `#compdef strayd
# zsh completion of strayd: strayd completion zsh
_strayd() {
  local command=strayd files='' index
  local -a entries
  for ((index = 2; index < CURRENT; index++)); do
    case "$command $words[index]" in
      (${below.join('|')})
        command="$command $words[index]" ;;
    esac
  done
  case "$command $words[CURRENT-1]" in
${commands.flatMap(valueCases).join('\n')}
    (*)
      case "$command" in
${commands.map(wordCase).join('\n')}
      esac
      ;;
  esac
  [[ -n $files && $words[CURRENT] != -* ]] && _files
  (( $#entries )) && _describe strayd entries
}
if [[ $funcstack[1] == _strayd ]]; then _strayd "$@"; else compdef _strayd strayd; fi
`;
}

function valueCases({ path, options }: CompletedCommand): string[] {
  return options.flatMap(({ flags, value }) =>
    value === null
      ? []
      : [
          `    (${flags.map((flag) => shellQuoted(`${path} ${flag}`)).join('|')}) ${assignments(plain(value), value)} ;;`,
        ],
  );
}

function wordCase({ path, subcommands, options, arguments: value }: CompletedCommand): string {
  const spelled = options.flatMap(({ flags, about }) => flags.map((word) => ({ word, about })));
  return `        (${shellQuoted(path)}) ${assignments([...subcommands, ...plain(value), ...spelled], value)} ;;`;
}

function plain({ words }: CompletedValue): CompletedWord[] {
  return words.map((word) => ({ word, about: '' }));
}

function assignments(entries: readonly CompletedWord[], { isFile }: CompletedValue): string {
  const texts = entries.map(({ word, about }) => shellQuoted(about === '' ? word : `${word}:${about}`));
  return `entries=(${texts.join(' ')})${isFile ? ' files=yes' : ''}`;
}
