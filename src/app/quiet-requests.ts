import { randomBytes } from 'node:crypto';
import { cronField, timezoneField } from '../config/fields.ts';
import { parseSelector } from '../config/selector.ts';
import { unknownLabelText } from '../config/unknown-label.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { formatDuration, parseDuration } from '../core/duration.ts';
import { LONGEST_WINDOW_MS } from '../core/longest-window.ts';
import { parseCsvTime, TIME_FORMS } from '../ingest/replay/csv-time.ts';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import type { QuietWindows } from '../pipeline/alerts/quiet-windows.ts';
import type { MaintenanceRequest, MuteRequest, WindowView } from '../server/views/window-view.ts';
import { unknownEntityText } from './unknown-entity.ts';

const ORIGIN = 'api';

/** What is wrong with a request, for people. */
export class WindowRefusal extends Error {
  override readonly name = 'WindowRefusal';
  /** Whether what it names is not there, or it is not well put. */
  readonly kind: 'unknown' | 'refused';

  constructor(message: string, kind: WindowRefusal['kind'] = 'refused') {
    super(message);
    this.kind = kind;
  }
}

/** What a window may be of. */
interface Mutable {
  readonly detectors: readonly Pick<DetectorSpec, 'name' | 'entity' | 'cohort'>[];
  /** Of a detector, by name; none: nothing was read yet, so any may come. */
  entities(detector: string): readonly string[];
}

const newId = (): string => randomBytes(6).toString('hex');

/** The window of a mute from now on. Throws a `WindowRefusal`. */
export function muteWindow(request: MuteRequest, of: Mutable, nowMs: number): QuietWindow {
  const { detector, entity = null, comment = '' } = request;
  const detectors = of.detectors.map(({ name }) => name);
  if (!detectors.includes(detector)) {
    throw new WindowRefusal(
      `There is no detector ${JSON.stringify(detector)}; the configuration has ${detectors.join(', ')}.`,
      'unknown',
    );
  }
  const names = entity === null ? [] : of.entities(detector);
  if (entity !== null && names.length > 0 && !names.includes(entity)) {
    throw new WindowRefusal(unknownEntityText(detector, entity, names), 'unknown');
  }
  const durationMs = parseDuration(request.for);
  if (durationMs === null || durationMs <= 0 || durationMs > LONGEST_WINDOW_MS) {
    throw new WindowRefusal(
      `${JSON.stringify(request.for)} is no time to mute for: write 30m, 2h or 1d, at most 31d.`,
    );
  }
  return {
    id: newId(),
    kind: 'mute',
    origin: ORIGIN,
    detector,
    entity,
    matchers: [],
    // What comes late of earlier times is not to be told either.
    fromMs: 0,
    untilMs: nowMs + durationMs,
    recurs: null,
    knownFromMs: -Infinity,
    comment,
  };
}

/** The window of planned work. Throws a `WindowRefusal`. */
export function maintenanceWindow(
  request: MaintenanceRequest,
  { detectors }: Pick<Mutable, 'detectors'>,
): QuietWindow {
  const { match = '{}', comment = '' } = request;
  const selector = parseSelector(match);
  if ('fault' in selector) {
    throw new WindowRefusal(`"match" is no selector such as {role="db"}: ${selector.fault}.`);
  }
  const unknown = unknownLabelText(selector.matchers, detectors);
  if (unknown !== null) throw new WindowRefusal(`"match": ${unknown}`, 'unknown');
  return {
    id: newId(),
    kind: 'maintenance',
    origin: ORIGIN,
    detector: null,
    entity: null,
    matchers: selector.matchers,
    ...timesOf(request),
    knownFromMs: -Infinity,
    comment,
  };
}

function timesOf(request: MaintenanceRequest): Pick<QuietWindow, 'fromMs' | 'untilMs' | 'recurs'> {
  const { start, end, schedule, duration, timezone } = request;
  if (start !== undefined && end !== undefined && schedule === undefined && duration === undefined) {
    const [fromMs, untilMs] = [timeOf(start, 'start'), timeOf(end, 'end')];
    if (untilMs <= fromMs) throw new WindowRefusal(`"end" (${end}) must be after "start" (${start}).`);
    return { fromMs, untilMs, recurs: null };
  }
  if (schedule !== undefined && duration !== undefined && start === undefined && end === undefined) {
    const cron = cronField.safeParse(schedule);
    const zone = timezoneField.safeParse(timezone ?? 'UTC');
    const durationMs = parseDuration(duration);
    if (!cron.success || !zone.success || durationMs === null || durationMs < 60_000) {
      throw new WindowRefusal(
        '"schedule" is five cron fields such as "0 2 * * 0", "duration" at least 1m, such as 2h, "timezone" such as Europe/Berlin.',
      );
    }
    if (durationMs > LONGEST_WINDOW_MS) {
      throw new WindowRefusal(
        `"duration" is ${JSON.stringify(duration)}: planned work that comes again lasts at most 31d; for what is longer give "start" and "end".`,
      );
    }
    const recurs = { schedule: cron.data, timezone: zone.data, durationMs };
    return { fromMs: 0, untilMs: Infinity, recurs };
  }
  throw new WindowRefusal('Planned work has either "start" and "end", or "schedule" and "duration".');
}

function timeOf(text: string, name: string): number {
  const timeMs = parseCsvTime(text);
  if (timeMs !== null) return timeMs;
  throw new WindowRefusal(`"${name}" is ${JSON.stringify(text)}; write it as ${TIME_FORMS}.`);
}

/**
 * A mute in the place of the one that is in force of the same detector and entity, which it makes longer and never shorter: nobody is woken by
 * a mute. `note`: what became of the wish; without one there, the mute itself.
 */
export function mergedMute(
  mute: QuietWindow,
  windows: readonly QuietWindow[],
  nowMs: number,
): { readonly window: QuietWindow; readonly note?: string } {
  const { detector, entity, comment, untilMs } = mute;
  const [before] = windows
    .filter((one) => one.kind === 'mute' && one.detector === detector && one.entity === entity)
    .filter((one) => one.untilMs > nowMs)
    .sort((a, b) => b.untilMs - a.untilMs);
  if (before === undefined) return { window: mute };
  const window = {
    ...before,
    untilMs: Math.max(before.untilMs, untilMs),
    comment: comment === '' ? before.comment : comment,
  };
  const was = `It was muted until ${new Date(before.untilMs).toISOString()} already`;
  const note =
    untilMs > before.untilMs
      ? `${was}: that mute is longer now.`
      : `${was}, which is later: that stays. To end it sooner, end it (strayd alerts mute --off ${before.id}) and mute anew.`;
  return { window, note };
}

/** Windows of some kinds as the API shows them, those in force first, then the newest. */
export function windowViews(
  windows: readonly QuietWindow[],
  inForce: QuietWindows,
  nowMs: number,
): WindowView[] {
  const active = new Set(inForce.inForce(nowMs).map(({ id }) => id));
  return [...windows]
    .sort((a, b) => Number(active.has(b.id)) - Number(active.has(a.id)) || b.fromMs - a.fromMs)
    .map((window) => windowView(window, active.has(window.id)));
}

/** A window as the API shows it. */
export function windowView(window: QuietWindow, active: boolean): WindowView {
  const { id, kind, origin, detector, entity, matchers, fromMs, untilMs, recurs, comment } = window;
  const conditions = matchers.map(({ label, op, value }) => `${label}${op}${JSON.stringify(value)}`);
  return {
    id,
    kind,
    origin,
    detector,
    entity,
    match: `{${conditions.join(',')}}`,
    start: fromMs <= 0 ? null : new Date(fromMs).toISOString(),
    end: untilMs === Infinity ? null : new Date(untilMs).toISOString(),
    schedule: recurs?.schedule ?? null,
    timezone: recurs?.timezone ?? null,
    duration: recurs === null ? null : formatDuration(recurs.durationMs),
    active,
    comment,
  };
}
