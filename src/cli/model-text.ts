import { hasSize } from '../core/fault-size.ts';
import { plural } from '../core/plural.ts';
import type { GroupCard, MemberCard } from '../model/model-card.ts';
import type { ModelView } from '../server/views/model-view.ts';
import type { TrainingCard } from '../training/training-card.ts';
import { renderTable } from './table.ts';

type AnyMember = Omit<MemberCard, 'weight'> & Partial<Pick<MemberCard, 'weight'>>;

/** A card as it may be: those of earlier versions lack what was added since. */
type AnyCard = Omit<TrainingCard, 'groups' | 'holdOutErrors' | 'promotion' | 'threshold'> & {
  readonly groups: readonly (Omit<GroupCard, 'members'> & { readonly members: readonly AnyMember[] })[];
  readonly holdOutErrors?: TrainingCard['holdOutErrors'];
  readonly promotion?: Partial<TrainingCard['promotion']>;
  readonly threshold: Omit<TrainingCard['threshold'], 'interval'> &
    Partial<Pick<TrainingCard['threshold'], 'interval'>>;
};

/** The card of a version that the API or the store gave. */
function cardOf(model: ModelView): AnyCard {
  return model.card as AnyCard;
}

/** Kept versions as a table, in the order given. */
export function modelTable(models: readonly ModelView[]): string {
  if (models.length === 0) return 'No models yet: "strayd train" or "strayd run" makes the first one.';
  const rows = models.map((model) => {
    const { data, threshold } = cardOf(model);
    return [
      model.detector,
      model.version,
      model.status,
      minute(model.created),
      model.activeFrom === null ? '' : minute(model.activeFrom),
      String(data.rows),
      String(data.entities),
      threshold.median.toFixed(2),
      model.reason,
    ];
  });
  const header = [
    'detector',
    'version',
    'status',
    'trained (UTC)',
    'used from',
    'rows',
    'entities',
    'threshold',
    'why',
  ];
  return renderTable(header, rows);
}

/** All that a version's card says. */
export function cardText(model: ModelView): string {
  const card = cardOf(model);
  const { data, threshold, promotion, holdOutErrors = [], selfTest = [] } = card;
  const facts: [string, string][] = [
    ['version', `${model.version} of ${model.detector}`],
    ['status', model.reason === '' ? model.status : `${model.status}: ${model.reason}`],
    ['trained', `${minute(model.created)} UTC, after ${card.parent ?? 'none'}`],
    ['used from', model.activeFrom === null ? 'never' : `${minute(model.activeFrom)} UTC (event time)`],
    [
      'data',
      `${day(data.fromMs)} to ${day(data.toMs)} UTC, ${plural(data.rows, 'row')} of ${plural(data.entities, 'entity', 'entities')}, newest ${data.holdOutRows} held out`,
    ],
    ['left out', leftOutText(data.leftOut)],
    [
      'model',
      `${card.type}, windows ${card.windows.join(' ')}, backend ${card.backend}, seed ${card.seed}${card.note === '' ? '' : ` (${card.note})`}`,
    ],
    [
      'threshold',
      `${thresholdText(card)}; ${(100 * threshold.holdOutShareOver).toFixed(2)} % of hold-out above; ${threshold.method}`,
    ],
    ...(promotion?.verdicts ?? []).map(({ name, passed, detail }): [string, string] => [
      `gate: ${name}`,
      `${passed ? 'passed' : 'NOT passed'}. ${detail}`,
    ]),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
  const nets = card.groups.flatMap(({ cohort, members }) =>
    members.map(({ kind, entity, weight, steps, shape, holdOutError, curve }) => [
      ownerOf(cohort, entity),
      kind,
      weight?.toFixed(2) ?? '',
      String(steps),
      shape.join('-'),
      String(Math.min(...shape)),
      holdOutError.toFixed(3),
      curveText(curve),
    ]),
  );
  if (nets.length > 0) {
    const header = [
      'of',
      'net',
      'weight',
      'rows',
      'layers',
      'bottleneck',
      'error',
      'epochs: training / hold-out loss',
    ];
    lines.push('', renderTable(header, nets));
  }
  if (holdOutErrors.length > 0) {
    const rows = holdOutErrors.map(({ feature, error }) => [feature, error.toFixed(3)]);
    lines.push('', renderTable(['feature', 'hold-out error (its spread = 1)'], rows));
  }
  if (selfTest.length > 0) {
    const rows = selfTest.map(({ fault, recall, smallestSize }) => [
      fault,
      `${Math.round(100 * recall)} %`,
      hasSize(fault) ? (smallestSize === null ? 'none' : String(smallestSize)) : '–',
    ]);
    lines.push('', renderTable(['injected fault', 'found', 'smallest found at 90 % (its spread = 1)'], rows));
  }
  return lines.join('\n');
}

/** What is different between two versions, side by side. */
export function diffTable(a: ModelView, b: ModelView): string {
  const [left, right] = [facts(a), facts(b)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const rows = names
    .map((name) => [name, left.get(name) ?? '–', right.get(name) ?? '–'])
    .filter(([, one, other]) => one !== other);
  if (rows.length === 0) return 'Nothing on the cards is different.';
  return renderTable(['', a.version, b.version], rows);
}

function facts(model: ModelView): Map<string, string> {
  const card = cardOf(model);
  const { data, promotion } = card;
  return new Map([
    ['detector', model.detector],
    ['status', model.status],
    ['trained', minute(model.created)],
    ['parent', card.parent ?? 'none'],
    ['data from', day(data.fromMs)],
    ['data to', day(data.toMs)],
    ['rows', String(data.rows)],
    ['entities', String(data.entities)],
    ...Object.entries(data.leftOut).map(([reason, rows]): [string, string] => [
      `left out: ${reason}`,
      String(rows),
    ]),
    ['type', card.type],
    ['windows', card.windows.join(' ')],
    ['backend', card.backend],
    ['seed', String(card.seed)],
    ['features', card.features.join(' ')],
    ...card.groups.flatMap(({ cohort, members }) =>
      members.map(({ kind, entity, weight, steps, shape }): [string, string] => [
        `${ownerOf(cohort, entity)} ${kind} ${steps}`,
        `${shape.join('-')}${weight === undefined ? '' : `, weight ${weight.toFixed(2)}`}`,
      ]),
    ),
    ['threshold', thresholdText(card)],
    ...(card.holdOutErrors ?? []).map(({ feature, error }): [string, string] => [
      `error: ${feature}`,
      error.toFixed(3),
    ]),
    ['gate', promotion?.reason ?? ''],
  ]);
}

/** Whose a member is: an entity's own, or what a cohort or all entities share. */
function ownerOf(cohort: string | null, entity: string | undefined): string {
  return entity ?? cohort ?? '(all)';
}

function thresholdText({ threshold }: AnyCard): string {
  const { median, least, most, interval } = threshold;
  const range =
    interval === undefined || interval === null
      ? ''
      : ` (90 %: ${interval.map((one) => one.toFixed(2)).join(' … ')})`;
  return `${median.toFixed(2)}${range}, entities ${least.toFixed(2)} … ${most.toFixed(2)}`;
}

function leftOutText(leftOut: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(leftOut);
  return reasons.length === 0 ? 'no rows' : reasons.map(([reason, rows]) => `${rows} ${reason}`).join(', ');
}

function curveText(curve: AnyMember['curve']): string {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined) return 'closed form';
  const loss = (one: typeof first): string =>
    `${one.training.toPrecision(3)} / ${one.validation.toPrecision(3)}`;
  return `${curve.length}: ${loss(first)} → ${loss(last)}`;
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function day(ms: number): string {
  return minute(new Date(ms).toISOString());
}
