import { isShadowName } from '../../core/shadow-name.ts';
import type { Effects } from '../../pipeline/effects.ts';

/** What goes on record of effects: the alerts of detectors that warm up never do. */
export function toldEffects(effects: Effects): Effects {
  return {
    ...effects,
    transitions: effects.transitions.filter(({ alert }) => !isShadowName(alert.detector)),
    notifications: effects.notifications.filter(({ alert }) => !isShadowName(alert.detector)),
    incidents: effects.incidents.filter(({ incident }) => !isShadowName(incident.detector)),
    incidentNotifications: effects.incidentNotifications.filter(
      ({ incident }) => !isShadowName(incident.detector),
    ),
  };
}
