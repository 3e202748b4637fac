import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { html } from './html.ts';
import { keepToken, readToken } from './token.ts';

/** Asks for the bearer token; `given` begins anew with it. */
export function LoginPage({ given }: { readonly given: () => void }): VNode {
  const [text, setText] = useState('');
  const refused = readToken() !== null;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text === '') return;
    keepToken(text);
    given();
  };
  return html`
    <main class="page login">
      <h1>strayd</h1>
      <form onSubmit=${submit}>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          value=${text}
          onInput=${(event: InputEvent) => setText((event.target as HTMLInputElement).value.trim())}
          autofocus
        />
        <button class="main" type="submit">Open the console</button>
        ${refused && html`<p class="outcome failed" role="alert">That token was refused.</p>`}
        <p class="quiet">
          It is <code>server.token</code> of this strayd's configuration (or what its
          <code>token_file</code> holds). This tab keeps it until it is closed.
        </p>
      </form>
    </main>
  `;
}
