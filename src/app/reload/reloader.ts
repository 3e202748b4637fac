import type { Config } from '../../config/config.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { ConfigError, describeProblem, type ConfigProblem } from '../../config/problem.ts';
import type { ReloadAnswer, ReloadView } from '../../server/views/reload-view.ts';
import type { Metrics } from '../../server/metrics.ts';
import type { FeatureNote } from '../discovery/decide-features.ts';
import type { Report } from '../telemetry.ts';
import { Turns } from '../turns.ts';
import { needsRestart } from './needs-restart.ts';

/** A configuration that is to be gone on with. */
export interface Reload {
  readonly config: Config;
  readonly generation: number;
  /** Decisions to be kept with it. */
  readonly notes: readonly FeatureNote[];
}

export interface ReloaderOptions {
  /** As the daemon has been started with it. */
  readonly config: Config;
  /** Reads the file again; rejects with a ConfigError. `null`: there is none. */
  readonly reread: (() => Promise<Pick<LoadedConfig, 'config' | 'warnings'>>) | null;
  /** Chooses features where that is asked for. Rejects with what to do if it can't. */
  readonly settle: (config: Config, keep: (notes: readonly FeatureNote[]) => void) => Promise<Config>;
  /** Resolves when all goes by it; rejects if it can't be, and the one before goes on. */
  readonly goOn: (reload: Reload) => Promise<void>;
  readonly report: Report;
  readonly metrics: Pick<Metrics, 'reloadSuccessful' | 'reloadSuccessTime'>;
  /** Wall clock, Unix ms. */
  readonly nowMs: () => number;
}

/** More problems than that are not worth a log line each. */
const MOST_TOLD = 5;

/** Loads the configuration anew, one after the other; one that can't be used leaves the one that runs as it is, and says why. */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #turns = new Turns();
  readonly #configs = new Map<number, Config>();
  #generation = 0;
  #waiting: Promise<ReloadAnswer> | null = null;
  #last: ReloadView | null = null;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#configs.set(0, options.config);
    this.#loaded();
  }

  /** What became of the newest reload; `null` before the first. */
  get last(): ReloadView | null {
    return this.#last;
  }

  /** The configuration of a generation that the pipeline may still go by. */
  configOf(generation: number): Config {
    return this.#configs.get(generation) ?? this.#options.config;
  }

  /** Who asks while another waits for its turn gets that one's answer: the file is read when the turn comes. */
  reload(): Promise<ReloadAnswer> {
    this.#waiting ??= this.#turns.take(async () => {
      this.#waiting = null;
      return this.#reload();
    });
    return this.#waiting;
  }

  async #reload(): Promise<ReloadAnswer> {
    const { reread, settle, goOn } = this.#options;
    if (reread === null) {
      return {
        kind: 'refused',
        detail: 'This strayd was started without a configuration file.',
        problems: [],
      };
    }
    try {
      const { config: wanted, warnings } = await reread();
      const fixed = needsRestart(this.#running(), wanted);
      if (fixed.length > 0) return this.#refused(restartText(fixed), []);
      let notes: readonly FeatureNote[] = [];
      const config = await settle(wanted, (made) => void (notes = made));
      const generation = this.#generation + 1;
      this.#configs.set(generation, config);
      await goOn({ config, generation, notes });
      for (const old of this.#configs.keys()) if (old < generation) this.#configs.delete(old);
      this.#generation = generation;
      this.#taken(warnings);
      return { kind: 'done', warnings: warnings.map(describeProblem) };
    } catch (error) {
      if (error instanceof ConfigError) return this.#refused('It has errors.', error.problems);
      return this.#refused(error instanceof Error ? error.message : String(error), []);
    }
  }

  #running(): Config {
    return this.configOf(this.#generation);
  }

  #taken(warnings: readonly ConfigProblem[]): void {
    const { report, nowMs } = this.#options;
    const told = warnings.map((warning) => ` ${describeProblem(warning)}.`).join('');
    const message = `The configuration was loaded anew and is in use.${told}`;
    report({ event: 'reloaded', level: warnings.length > 0 ? 'warn' : 'info', message });
    this.#last = { at: new Date(nowMs()).toISOString(), successful: true, detail: message };
    this.#loaded();
  }

  #loaded(): void {
    const { metrics, nowMs } = this.#options;
    metrics.reloadSuccessful.set(1);
    metrics.reloadSuccessTime.set(nowMs() / 1000);
  }

  #refused(why: string, problems: readonly ConfigProblem[]): ReloadAnswer {
    const { report, metrics, nowMs } = this.#options;
    const told = problems.slice(0, MOST_TOLD).map(describeProblem);
    const more =
      problems.length > MOST_TOLD ? [`and ${problems.length - MOST_TOLD} more ("strayd check" has all)`] : [];
    const detail = [why, ...told, ...more].join('\n');
    const message = `The configuration that was to be loaded is not used, the one before goes on: ${detail}`;
    report({ event: 'reload_failed', level: 'error', message, fields: { problems } });
    metrics.reloadSuccessful.set(0);
    this.#last = { at: new Date(nowMs()).toISOString(), successful: false, detail: message };
    return { kind: problems.length > 0 ? 'invalid' : 'refused', detail: message, problems };
  }
}

function restartText(keys: readonly string[]): string {
  const what = keys.length === 1 ? 'has changed, and needs' : 'have changed, and need';
  return `${keys.join(', ')} ${what} a restart; nothing else was taken up either. Restart strayd, or take that back and reload.`;
}
