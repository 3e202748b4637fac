import type { Backend } from '../server/backend.ts';
import type { Outcome } from '../server/outcome.ts';
import type { WindowView } from '../server/views/window-view.ts';
import type { DetectorSpec } from '../core/detector.ts';
import type { QuietWindow } from '../pipeline/alerts/quiet-window.ts';
import { QuietWindows } from '../pipeline/alerts/quiet-windows.ts';
import type { WindowChange } from '../pipeline/effects.ts';
import { alwaysInForceText } from '../config/always-in-force.ts';
import { cronTimes } from '../config/cron-times.ts';
import {
  maintenanceWindow,
  mergedMute,
  muteWindow,
  windowView,
  windowViews,
  WindowRefusal,
} from './quiet-requests.ts';

/** Where windows are kept, and who changes them: the pipeline thread, or the store alone. */
export interface WindowKeeper {
  readonly detectors: readonly Pick<DetectorSpec, 'name' | 'entity' | 'cohort'>[];
  /** What is kept of a detector's entities, by name. */
  entities(detector: string): readonly string[];
  windows(): readonly QuietWindow[];
  change(change: WindowChange): Promise<unknown>;
}

type QuietBackend = Pick<Backend, 'windows' | 'mute' | 'maintain' | 'removeWindow'>;

/** The part of the backend that is about mutes and maintenance. */
export function quietBackend(keeper: WindowKeeper, nowMs: () => number): QuietBackend {
  const add = async (
    make: () => { readonly window: QuietWindow; readonly note?: string },
  ): Promise<Outcome<WindowView>> => {
    try {
      const { window, note } = make();
      await keeper.change({ window, removed: false });
      const isActive = new QuietWindows(cronTimes, [window]).inForce(nowMs()).length > 0;
      const value = windowView(window, isActive);
      return { kind: 'done', value: note === undefined ? value : { ...value, note } };
    } catch (error) {
      if (error instanceof WindowRefusal) return { kind: error.kind, detail: error.message };
      throw error;
    }
  };
  return {
    windows: (kinds) => {
      const wanted = keeper.windows().filter(({ kind }) => kinds.includes(kind));
      return windowViews(wanted, new QuietWindows(cronTimes, wanted), nowMs());
    },
    mute: (request) => add(() => mergedMute(muteWindow(request, keeper, nowMs()), keeper.windows(), nowMs())),
    maintain: (request) =>
      add(() => {
        const window = maintenanceWindow(request, keeper);
        const always = window.recurs === null ? null : alwaysInForceText(window.recurs);
        return always === null ? { window } : { window, note: noteOf(always, window.id) };
      }),
    removeWindow: async (id, kind) => {
      const window = keeper.windows().find((one) => one.id === id && one.kind === kind);
      if (window === undefined) {
        return { kind: 'unknown', detail: `There is no ${kind} ${JSON.stringify(id)}.` };
      }
      if (window.origin === 'config') {
        return {
          kind: 'refused',
          detail: `${id} stands in the configuration: take it out there, and restart.`,
        };
      }
      await keeper.change({ window, removed: true });
      return { kind: 'done', value: null };
    },
  };
}

function noteOf(always: string, id: string): string {
  return `Mind: ${always}. It is taken back with "strayd alerts maintenance remove ${id}".`;
}
