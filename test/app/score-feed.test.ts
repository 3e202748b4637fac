import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScoreFeed } from '../../src/app/score-feed.ts';
import type { LiveUpdate } from '../../src/server/views/live-view.ts';
import { firingAlert } from '../delivery/alert-fixtures.ts';
import { publishedWith, scoreOf, transitionOf } from './published-fixtures.ts';

describe('the feed of scores', () => {
  let feed: ScoreFeed;
  const updates: LiveUpdate[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    updates.length = 0;
    feed = new ScoreFeed();
    feed.watch((update) => updates.push(update));
  });
  afterEach(() => {
    feed.stop();
    vi.useRealTimers();
  });

  it('holds the newest score of each entity, to three decimals', () => {
    feed.apply(publishedWith({ scores: [scoreOf('a', 0.12345, 1), scoreOf('b', 2, 1)] }));
    feed.apply(publishedWith({ scores: [scoreOf('a', 0.5, 2)] }));
    const expected = [
      ['a', 0.5, 2],
      ['b', 2, 1],
    ];
    expect(feed.scores(null)).toEqual([{ detector: 'hosts', scores: expected }]);
    expect(feed.scores('pods')).toEqual([]);
    expect([feed.newestMs('hosts'), feed.newestMs('pods')]).toEqual([2, null]);
  });

  it('tells once a second what changed, checkpoints joined', () => {
    feed.apply(publishedWith({ scores: [scoreOf('a', 1, 1), scoreOf('b', 2, 1)] }));
    feed.apply(publishedWith({ scores: [scoreOf('a', 3, 2)] }));
    expect(updates).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(updates).toEqual([
      {
        detectors: [
          {
            detector: 'hosts',
            scores: [
              ['a', 3, 2],
              ['b', 2, 1],
            ],
            forgotten: [],
          },
        ],
        alerts: [],
      },
    ]);
    feed.apply(publishedWith({ scores: [scoreOf('b', 0, 3)] }));
    vi.advanceTimersByTime(1000);
    expect(updates[1]?.detectors[0]?.scores).toEqual([['b', 0, 3]]);
  });

  it('tells of alerts that changed, and of entities that are gone', () => {
    const alert = firingAlert(0);
    feed.apply(publishedWith({ scores: [scoreOf('a', 1, 1)] }));
    vi.advanceTimersByTime(1000);
    feed.apply(
      publishedWith({
        forgotten: [{ detector: 'hosts', entity: 'a' }],
        transitions: [transitionOf(alert, 'pending', 'firing')],
      }),
    );
    vi.advanceTimersByTime(1000);
    expect(updates[1]).toEqual({
      detectors: [{ detector: 'hosts', scores: [], forgotten: ['a'] }],
      alerts: [alert.id],
    });
    expect(feed.scores('hosts')).toEqual([{ detector: 'hosts', scores: [] }]);
  });

  it('is silent when nothing changed, and after who listened has stopped', () => {
    feed.apply(publishedWith({}));
    vi.advanceTimersByTime(1000);
    expect(updates).toEqual([]);
    const stop = feed.watch((update) => updates.push(update));
    stop();
    feed.apply(publishedWith({ scores: [scoreOf('a', 1, 1)] }));
    vi.advanceTimersByTime(1000);
    expect(updates).toHaveLength(1);
  });
});
