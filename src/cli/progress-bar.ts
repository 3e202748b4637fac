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
  write(text: string): unknown;
}

/** A progress bar with a title, redrawn in place when it changes. */
export function progressBar(output: ProgressOutput, title: string): ProgressBar {
  if (output.isTTY !== true) return { update: () => undefined, done: () => undefined };
  let drawn = '';
  return {
    update(fraction, detail) {
      const full = Math.round(Math.min(1, Math.max(0, fraction)) * WIDTH);
      const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
      const line = `${title} ${bar} ${Math.round(fraction * 100)} % ${detail.slice(0, MOST_DETAIL)}`;
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
