import { byId } from './dom.js';

/** Sets up the sidebars, which are drawers on small screens. */
export function drawers() {
  const shade = byId('shade', 'button');
  const pairs = [
    { side: byId('rooms', 'nav'), button: byId('show-rooms', 'button') },
    { side: byId('info', 'aside'), button: byId('show-info', 'button') },
  ];

  /** @param {HTMLElement | undefined} open sidebar to open, if any */
  function show(open) {
    for (const { side, button } of pairs) {
      const wasOpen = side.classList.toggle('open', side === open) === false && button.ariaExpanded === 'true';
      button.ariaExpanded = String(side === open);
      if (wasOpen) {
        button.focus();
      }
    }
    shade.hidden = open === undefined;
    open?.querySelector('button')?.focus();
  }

  for (const { side, button } of pairs) {
    button.addEventListener('click', () => show(side));
  }
  for (const closer of document.querySelectorAll('[data-close]')) {
    closer.addEventListener('click', () => show(undefined));
  }
  document.addEventListener('keydown', (event) => event.key === 'Escape' && !shade.hidden && show(undefined));
  // On a large screen the sidebars are always visible.
  matchMedia('(min-width: 1100px)').addEventListener('change', () => show(undefined));
  return { close: () => !shade.hidden && show(undefined) };
}
