// Page for React in Node: jsdom, with the globals that React and the client use.
import { JSDOM } from 'jsdom';
import { act, createElement } from 'react';

const { window } = new JSDOM('<div id="root"></div>');
globalThis.window = window;
globalThis.document = window.document;
// Newer versions of Node have their own.
globalThis.navigator ??= window.navigator;
globalThis.IS_REACT_ACT_ENVIRONMENT = true;

// Imported after the page exists.
const { createRoot, hydrateRoot } = await import('react-dom/client');

/** Errors that React reported since {@link open}: warnings about hydration, about updates, and exceptions. */
export let reported = [];
console.error = (...all) => {
  const text = all.map(String).join(' ');
  // Node's notes about itself, such as that timers of tests are new.
  if (!text.startsWith('(node:')) {
    reported.push(text);
  }
};

/** Renders an element, on HTML of a server if there is some. */
export async function open(element, html = '') {
  reported = [];
  const container = document.createElement('div');
  container.innerHTML = html;
  const onUncaughtError = (error) => reported.push(String(error));
  let root;
  await act(async () => {
    if (html) {
      root = hydrateRoot(container, element, { onUncaughtError });
    } else {
      root = createRoot(container, { onUncaughtError });
      root.render(element);
    }
  });
  return {
    text: () => container.textContent,
    show: (next) => act(async () => root.render(next)),
    close: () => act(async () => root.unmount()),
  };
}

export const h = createElement;
export { act };
