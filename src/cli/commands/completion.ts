import { Argument, Command } from 'commander';
import { bashScript } from '../completion/bash-script.ts';
import { completedCommands, type CompletedCommand } from '../completion/completed-command.ts';
import { fishScript } from '../completion/fish-script.ts';
import { zshScript } from '../completion/zsh-script.ts';

const SCRIPTS: Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `strayd completion`: a script that teaches a shell the commands. */
export function completionCommand(): Command {
  return new Command('completion')
    .summary('print a script that completes commands and options in your shell')
    .description(
      'Print a script that completes commands, options and their values in your shell. For this session:\n' +
        '  bash: source <(strayd completion bash)\n' +
        '  zsh:  source <(strayd completion zsh)\n' +
        '  fish: strayd completion fish | source\n' +
        'For good, put the line into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish.',
    )
    .addArgument(new Argument('<shell>', 'whose script').choices(Object.keys(SCRIPTS)))
    .action((shell: string, _options: unknown, command: Command) => {
      const script = SCRIPTS[shell];
      if (script !== undefined) process.stdout.write(script(completedCommands(top(command))));
    });
}

function top(command: Command): Command {
  return command.parent === null ? command : top(command.parent);
}
