import type { VNode } from 'preact';
import type { SourceView } from '../views/source-view.ts';
import type { DaemonState } from './daemon-state.ts';
import { formatCount, formatSpan, formatTime } from './format.ts';
import { html } from './html.ts';
import { limitList } from './limit-list.ts';
import { notice, trouble } from './notice.ts';
import type { DeadLetter } from './shapes.ts';
import { useAnswer } from './use-answer.ts';

/** What each result of a sample means, and what to do about it. */
const RESULTS: Readonly<Record<string, string>> = {
  accepted: 'used by a detector',
  unselected: 'no detector asks for them',
  late: 'their step was closed already: raise allowed_lateness if this grows',
  replayed: 'read again after a restart, and known already',
  duplicate: 'the same series and time had come before',
  not_finite: 'NaN or infinite',
  entity_limit: 'over the most entities that a detector takes',
  series_limit: 'over the most series that an entity takes',
  bucket_limit: 'over the most buckets that a histogram takes',
  held_back_limit: 'so much was held back that a replay was not waited for',
};

/** Where the data comes from: rates, lag, bounds that were exceeded, what could not be used and why. */
export function SourcesPage({ daemon }: { readonly daemon: DaemonState }): VNode {
  const { sources } = daemon;
  const letters = useAnswer<{ reasons: readonly DeadLetter[] }>('/api/v1/dead-letters', unusable(sources));
  return html`
    <h1>Sources</h1>
    ${daemon.status !== null && sources.length === 0 && notice('No source is configured.')}
    ${sources.map((source) => sourceSection(source))}
    ${
      daemon.status !== null &&
      html`
        <section class="limits" aria-labelledby="limits">
          <h2 id="limits">Bounds exceeded</h2>
          ${limitList(daemon.status.limits)}
        </section>
      `
    }
    <section aria-labelledby="dead-letters">
      <h2 id="dead-letters">Dead letters</h2>
      ${letters.error !== null && trouble(letters.error)}
      ${
        letters.data?.reasons.length === 0 &&
        html`<p class="quiet">
          None: every record could be used. What can't be is kept here with its reason, and the stream goes
          on.
        </p>`
      }
      ${letters.data?.reasons.map((reason) => deadLetter(reason))}
    </section>
  `;
}

function sourceSection({
  source,
  topics,
  format,
  watermarkLagMs,
  samples,
  samplesPerSecond,
  partitions,
}: SourceView): VNode {
  const id = `source-${source}`;
  const lag = partitions.reduce((sum, { lagRecords }) => sum + lagRecords, 0);
  return html`
    <section class="source" aria-labelledby=${id}>
      <header>
        <h2 id=${id}>${source}</h2>
        <ul class="facts">
          <li>${format}</li>
          <li>${topics.join(', ')}</li>
          <li>${formatCount(samplesPerSecond)} samples/s in the last minute</li>
          <li>
            ${watermarkLagMs === null ? 'nothing read yet' : `data ${formatSpan(watermarkLagMs)} behind the clock`}
          </li>
          <li>${formatCount(lag)} records to read</li>
        </ul>
      </header>
      <div class="card-columns">
        ${sampleTable(samples)} ${partitions.length > 0 && partitionTable(partitions)}
      </div>
    </section>
  `;
}

function sampleTable(samples: SourceView['samples']): VNode {
  const rows = Object.entries(samples).sort((a, b) => b[1] - a[1]);
  if (rows.length === 0) {
    return notice(
      'No sample yet.',
      'If this stays: does the topic exist, and does anything write to it? strayd check --online looks.',
    );
  }
  return html`
    <section>
      <h3>Samples since the start</h3>
      <table>
        <thead class="unseen">
          <tr>
            <th scope="col">Result</th>
            <th scope="col">Count</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([result, count]) => html`
              <tr>
                <th scope="row">${result.replaceAll('_', ' ')}</th>
                <td class="number">${formatCount(count)}</td>
                <td class="quiet">${RESULTS[result] ?? ''}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </section>
  `;
}

function partitionTable(partitions: SourceView['partitions']): VNode {
  return html`
    <section>
      <h3>Partitions read</h3>
      <div class="wide" tabindex="0" role="group" aria-label="Partitions">
        <table>
          <thead>
            <tr>
              <th scope="col">Topic</th>
              <th scope="col" class="number">Partition</th>
              <th scope="col" class="number">To read</th>
              <th scope="col">Data until (UTC)</th>
            </tr>
          </thead>
          <tbody>
            ${partitions.map(
              ({ topic, partition, lagRecords, watermarkMs, idle }) => html`
                <tr>
                  <td>${topic}</td>
                  <td class="number">${partition}</td>
                  <td class="number">${formatCount(lagRecords)}</td>
                  <td>
                    ${watermarkMs === null ? '–' : formatTime(watermarkMs)}
                    ${idle && html`<span class="chip">idle</span>`}
                  </td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    </section>
  `;
}

function deadLetter({ reason, count, example }: DeadLetter): VNode {
  const { topic, partition, offset, detail, text } = example;
  return html`
    <details class="dead-letter">
      <summary>
        <strong>${reason.replaceAll('_', ' ')}</strong>
        <span class="facts"><span>${formatCount(count)} kept</span><span>${detail}</span></span>
      </summary>
      <p>The newest: ${topic}, partition ${partition}, offset ${offset}</p>
      <pre tabindex="0" aria-label="Its first bytes">${text}</pre>
    </details>
  `;
}

function unusable(sources: readonly SourceView[]): number {
  return sources.reduce(
    (sum, { deadLetters }) => sum + Object.values(deadLetters).reduce((all, count) => all + count, 0),
    0,
  );
}
