/** Exit codes of every command. */
export const EXIT = { fine: 0, failed: 1, wrongUse: 2 } as const;

/** Ends a command with a message for people and an exit code; not a programmer's error, so no stack is shown. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
