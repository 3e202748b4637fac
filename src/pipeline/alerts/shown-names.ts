import { printable } from '../../core/printable.ts';
import type { Alert } from '../effects.ts';

/** A longer name of an entity would leave a title no room for what strayed. */
const MOST_SHOWN = 80;

/** The alert as texts may show it: control characters and changes of direction in names as escapes, a very long entity cut in its middle. */
export function withShownNames(alert: Alert): Alert {
  return {
    ...alert,
    entity: cutMiddle(printable(alert.entity)),
    contributions: alert.contributions.map((one) => ({
      ...one,
      feature: printable(one.feature),
      unit: printable(one.unit),
    })),
  };
}

/** Both ends tell one host from another; counted in characters, so that none is halved. */
function cutMiddle(text: string): string {
  if (text.length <= MOST_SHOWN) return text;
  const chars = [...text];
  if (chars.length <= MOST_SHOWN) return text;
  const head = Math.floor(MOST_SHOWN / 2);
  return `${chars.slice(0, head).join('')}…${chars.slice(1 + head - MOST_SHOWN).join('')}`;
}
