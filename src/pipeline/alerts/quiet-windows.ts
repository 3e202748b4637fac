import { prometheusLabels } from '../../core/prometheus-labels.ts';
import type { Labels } from '../../core/sample.ts';
import { compileMatchers } from '../series/label-matcher.ts';
import type { CronTimes, QuietWindow, TimeSpan, WindowSubject } from './quiet-window.ts';
import { WindowOccurrences } from './window-occurrences.ts';

interface Compiled {
  readonly window: QuietWindow;
  readonly matches: (subject: WindowSubject) => boolean;
  readonly occurrences: WindowOccurrences;
}

/** Under these names alerts are pushed: a matcher of `alertname` fits if it fits one of them. */
const ALERT_NAMES = ['StraydAnomaly', 'StraydRange', 'StraydAbsence', 'StraydFlatline'];

/** All windows that are known, by id. */
export class QuietWindows {
  readonly #cron: CronTimes;
  readonly #windows = new Map<string, Compiled>();
  readonly #unusable = new Map<string, string>();

  constructor(cron: CronTimes, windows: readonly QuietWindow[] = []) {
    this.#cron = cron;
    for (const window of windows) this.put(window);
  }

  /**
   * Adds a window, or takes the place of the one with its id. One whose pattern or schedule can't be read, as an earlier version may
   * have kept it, holds nothing and is among `unusable`: it must not keep the others from being heeded.
   */
  put(window: QuietWindow): void {
    this.remove(window.id);
    try {
      const occurrences = new WindowOccurrences(window, this.#cron);
      this.#windows.set(window.id, { window, matches: matcherOf(window), occurrences });
    } catch (error) {
      this.#unusable.set(window.id, error instanceof Error ? error.message : String(error));
    }
  }

  remove(id: string): void {
    this.#windows.delete(id);
    this.#unusable.delete(id);
  }

  /** The one with an id, if it is there and heeded. */
  known(id: string): QuietWindow | null {
    return this.#windows.get(id)?.window ?? null;
  }

  /** Why a window is not heeded, by id. */
  get unusable(): ReadonlyMap<string, string> {
    return this.#unusable;
  }

  /** Whether people are not to be told of what a subject shows at an event time: muted, or in maintenance. */
  holdsBack(subject: () => WindowSubject, timeMs: number): boolean {
    if (this.#windows.size === 0) return false;
    const who = subject();
    return [...this.#windows.values()].some(
      ({ window, matches, occurrences }) =>
        window.kind !== 'silence' && timeMs > window.knownFromMs && occurrences.isAt(timeMs) && matches(who),
    );
  }

  /** Those in force at a time. */
  inForce(timeMs: number): QuietWindow[] {
    return [...this.#windows.values()].flatMap(({ window, occurrences }) =>
      occurrences.isAt(timeMs) ? [window] : [],
    );
  }

  /** The stretches within `range` that windows of some kinds have of a subject, as far as they are known by `knownByMs`. */
  spans(
    subject: () => WindowSubject,
    range: TimeSpan,
    options: { readonly kinds: readonly QuietWindow['kind'][]; readonly knownByMs: number },
  ): (TimeSpan & { readonly kind: QuietWindow['kind'] })[] {
    if (this.#windows.size === 0) return [];
    const who = subject();
    return [...this.#windows.values()].flatMap(({ window, matches, occurrences }) => {
      if (!options.kinds.includes(window.kind) || window.knownFromMs > options.knownByMs) return [];
      const found = occurrences.within(range.fromMs, range.untilMs);
      return found.length > 0 && matches(who) ? found.map((span) => ({ ...span, kind: window.kind })) : [];
    });
  }
}

/**
 * What a selector may name: the labels of entity and cohort by their own names and as Alertmanager has them, whose silences name those;
 * an alert's own labels before any of the same name, as there.
 */
function matchedLabels({ labels, detector, severity }: WindowSubject): Labels {
  const own = { alertname: ALERT_NAMES[0] ?? '', detector, severity, beside: '' };
  return { ...labels, ...prometheusLabels(labels, own) };
}

function matcherOf({ detector, entity, matchers }: QuietWindow): (subject: WindowSubject) => boolean {
  const test = compileMatchers(matchers);
  return (subject) => {
    if (detector !== null && detector !== subject.detector) return false;
    if (entity !== null && entity !== subject.entity) return false;
    const labels = matchedLabels(subject);
    return ALERT_NAMES.some((alertname) => test('', { ...labels, alertname }));
  };
}
