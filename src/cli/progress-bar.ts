/** A bar on a terminal; on anything else it prints nothing. */
export interface ProgressBar {
  /** `fraction` 0…1. */
  update(fraction: number, detail: string): void;
  /** Wipes the line. */
  done(): void;
}

const WIDTH = 30;
const MOST_DETAIL = 40;

export interface ProgressOutput {
  readonly isTTY?: boolean;
  /** Characters a line; unknown on a pipe. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** A progress bar with a title, redrawn in place when it changes. */
export function progressBar(output: ProgressOutput, title: string): ProgressBar {
  if (output.isTTY !== true) return { update: () => undefined, done: () => undefined };
  let drawn = '';
  return {
    update(fraction, detail) {
      const done = Math.min(1, Math.max(0, fraction));
      const full = Math.round(done * WIDTH);
      const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
      const whole = `${title} ${bar} ${Math.round(done * 100)} % ${detail.slice(0, MOST_DETAIL)}`;
      // A line that wraps could not be redrawn in place.
      const line = whole.slice(0, Math.max(0, (output.columns ?? 80) - 1));
      if (line === drawn) return;
      output.write(`\r\u001b[2K${line}`);
      drawn = line;
    },
    done() {
      if (drawn !== '') output.write('\r\u001b[2K');
      drawn = '';
    },
  };
}
