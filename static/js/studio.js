/* What every page does beyond its links and forms. Everything listens on the document, so that swapped parts work;
   nothing is set up twice and nothing needs eval. A page adds its keys to `studio.keys`; one that answers `false` leaves
   the key to the browser. */
const studio = (() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (words) => { const box = $('#announce'); if (box) box.textContent = words; };
  const tell = (name) => document.body.dispatchEvent(new CustomEvent(name));

  function toast(words, tone = 'bad') {
    const box = document.createElement('div');
    box.className = `toast slab ${tone}`;
    box.dataset.toast = '';
    box.append(Object.assign(document.createElement('p'), { textContent: words }));
    $('#toasts')?.append(box);
    say(words);
  }

  // --- dialogs, menus, theme ------------------------------------------------------------------------------------
  function open(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return false;
    tell(`open-${id}`);
    dialog.showModal();
    $('input', dialog)?.select();
    return true;
  }
  document.addEventListener('click', (event) => {
    const at = event.target.closest('button, a');
    if (!at) return;
    const set = at.dataset;
    if (set.open && open(set.open)) event.preventDefault();
    if ('close' in set && at.closest('dialog')) { event.preventDefault(); at.closest('dialog').close(); }
    if ('dismiss' in set) at.closest('[data-toast]').remove();
    if ('themeChoice' in set) {
      const { value } = at;
      if (value === 'system') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = value;
      $$('[data-theme-choice]').forEach((choice) => choice.setAttribute('aria-pressed', choice === at));
    }
  });
  document.addEventListener('dialog:close', () => $$('dialog[open]').forEach((dialog) => dialog.close()));

  // Toasts leave after ten seconds, unless somebody is reading or about to press their button.
  setInterval(() => $$('[data-toast]:not(:hover, :focus-within)').forEach((box) => {
    box.dataset.age = +(box.dataset.age || 0) + 1;
    if (box.dataset.age > 10) box.remove();
  }), 1000);
  document.addEventListener('htmx:sendError', () => toast('Not sent. Check the connection, then try again.'));

  // --- pictures below the first screen ---------------------------------------------------------------------------
  // Browsers fetch lazy pictures from far ahead. These stand in a noscript until they come near: at first only the
  // next row, and once somebody scrolls the next screen too.
  const held = (root = document) => $$('noscript[data-later]', root);
  function showing(margin) {
    const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
      near.unobserve(target);
      held(target).forEach((picture) => {
        const box = document.createElement('template');
        box.innerHTML = picture.textContent; // text in a page, elements in a swapped part
        picture.replaceWith(...picture.children, box.content);
      });
    }), { rootMargin: margin });
    const watch = () => held().forEach((picture) => near.observe(picture.parentElement));
    document.addEventListener('htmx:load', watch);
    watch();
  }
  showing('100px');
  addEventListener('scroll', () => showing('100%'), { once: true });

  // --- progress between two signs of life -----------------------------------------------------------------------
  setInterval(() => {
    $$('[data-rate]').forEach((bar) => { bar.value = Math.min(0.95, bar.value + +bar.dataset.rate); });
    $$('[data-elapsed]').forEach((text) => {
      const passed = text.dataset.elapsed = +text.dataset.elapsed + 1;
      const { usual } = text.dataset;
      text.textContent = passed <= +usual ? `${passed} of ~${usual} s` : `${passed} s so far`;
    });
  }, 1000);

  // --- live parts -----------------------------------------------------------------------------------------------
  // A frame serves every page, so it holds parts that this one does not show: they are left out here. A new tile
  // goes to the top of an unfiltered wall; a tile keeps its selection; an end is said to screen readers.
  const seen = new Map();
  let focused = '';
  let repairing = true; // the first frame of a socket tells what the page mostly knows
  function moved(tile) {
    const { step, status = 'deleted', say: words } = tile.dataset;
    const shown = $(`#step-${step}, #step-${step}-row`)?.dataset;
    const before = seen.get(step) ?? shown?.say ?? shown?.status;
    const now = words ?? status; // an approval changes the words alone
    seen.set(step, now);
    if (before === now || (!before && repairing)) return;
    tell('step-moved');
    if (before && words && !$(`#step-${step}-stage`)) say(words); // its own page says it itself
  }
  function known(part) {
    const here = part.id && document.getElementById(part.id);
    const isTile = part.matches('article[data-step]');
    if (isTile) moved(part);
    if (part.id === 'connection') return false; // the banner follows the socket's own events
    if (!here && isTile && part.dataset.status) added(part);
    return !!here;
  }
  function added(tile) {
    const wall = $('#wall[data-live]');
    if (!wall) return;
    tile.removeAttribute('hx-swap-oob');
    tile.classList.add('fresh');
    wall.prepend(tile);
    htmx.process(tile);
  }
  htmx.defineExtension('known', {
    transformResponse(text) {
      const box = document.createElement('template');
      box.innerHTML = text;
      return [...box.content.children].filter(known).map((part) => part.outerHTML).join('');
    },
  });
  // What is being pressed stays until it is let go, or the click would be lost; then its newest form is swapped in.
  const pressed = new Map();
  function catchUp() {
    const parts = [...pressed.values()];
    pressed.clear();
    htmx.swap(document.body, parts.join(''), { swapStyle: 'none' });
  }
  document.addEventListener('htmx:oobBeforeSwap', ({ detail }) => {
    const { target, fragment } = detail;
    const part = fragment.firstElementChild;
    pressed.delete(target.id);
    if (part?.id === target.id && target.matches(':active')) {
      detail.shouldSwap = false;
      part.setAttribute('hx-swap-oob', 'true');
      pressed.set(target.id, part.outerHTML);
      setTimeout(catchUp, 200);
    } else if ($('.pick:checked', target)) $('.pick', fragment)?.setAttribute('checked', '');
  });
  document.addEventListener('htmx:wsBeforeMessage', () => { focused = document.activeElement?.id; });
  document.addEventListener('htmx:wsAfterMessage', () => {
    repairing = false;
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
  });

  // --- the socket's state ---------------------------------------------------------------------------------------
  const GONE = { 4401: 'Your session has ended. Sign in again to see what happens.', 4403: 'You are no longer in this team.' };
  let waiting;
  const banner = (words) => {
    const box = $('#connection');
    box.className = words ? 'offline' : '';
    box.textContent = words;
  };
  document.addEventListener('htmx:wsOpen', () => { clearTimeout(waiting); banner(''); repairing = true; });
  document.addEventListener('htmx:wsClose', (event) => {
    clearTimeout(waiting);
    const words = GONE[event.detail.event.code] || 'No connection. Steps go on; this page catches up.';
    waiting = setTimeout(banner, 2000, words);
  });
  addEventListener('pagehide', () => clearTimeout(waiting));

  // --- keys: single ones only outside of fields, never with a modifier --------------------------------------------
  const FIELDS = 'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]';
  const keys = {
    '?': () => open('keys'),
    '/': () => open('finder') || $('#finder-q')?.focus(),
    j: () => go(1),
    k: () => go(-1),
  };
  function go(by) {
    const stops = $$('[data-nav] :is(a.stretch, a.open, a.version, a.task)').filter((stop) => stop.checkVisibility());
    const at = stops.indexOf(document.activeElement);
    stops[at < 0 ? (by > 0 ? 0 : stops.length - 1) : Math.min(Math.max(at + by, 0), stops.length - 1)]?.focus();
  }
  document.addEventListener('keydown', (event) => {
    const command = event.metaKey || event.ctrlKey;
    if (command && event.key === 'k') { event.preventDefault(); open('finder'); return; }
    if (command && event.key === 'Enter') { event.target.closest('form')?.requestSubmit(); return; }
    if (command || event.altKey || event.target.closest(FIELDS) || $('dialog[open]')) return;
    if (keys[event.key] && keys[event.key](event) !== false) event.preventDefault();
  });
  // In the list of what was found the arrows move, as in any list of results.
  document.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !event.target.closest('.finder')) return;
    const stops = [$('#finder-q'), ...$$('#found a')];
    event.preventDefault();
    stops[(stops.indexOf(event.target) + by + stops.length) % stops.length]?.focus();
  });

  return { $, $$, say, tell, toast, keys, open };
})();
