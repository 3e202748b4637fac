/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Takes server-sent events out of text that comes in pieces, as the HTML standard describes their form. Keeps what is not
 * complete yet; comments and unknown fields are passed over.
 */
export class EventReader {
  #rest = '';

  add(text: string): ServerEvent[] {
    this.#rest += text;
    const blocks = this.#rest.split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      let event = 'message';
      const data: string[] = [];
      for (const line of block.split('\n')) {
        if (line.startsWith('event: ')) event = line.slice(7);
        else if (line.startsWith('data: ')) data.push(line.slice(6));
      }
      return data.length === 0 ? [] : [{ event, data: data.join('\n') }];
    });
  }
}
