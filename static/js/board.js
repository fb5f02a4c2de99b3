/* The board: files come in by drop, paste or choice, in slices that go on after a cut; tiles can be selected;
   clips show their frames under the pointer. */
(() => {
  const { $, $$, say, tell, toast, keys } = studio;
  const SLICE = 8 * 1024 * 1024;
  const AT_ONCE = 3;
  const MOST_PAUSES = 8;
  const form = () => $('form[data-form=upload]');
  const token = () => $('#act [name=csrfmiddlewaretoken]').value;
  const size = (count) => (count < 1e6 ? `${Math.ceil(count / 1e3)} kB` : `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`);
  const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); addEventListener('online', done, { once: true }); });

  class Refused extends Error {}
  class Cut extends Error {}

  // --- one request: its answer, or Refused with the server's sentence, or Cut when nothing came back ------------
  function ask(method, url, { body, headers = {}, progress } = {}) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      request.setRequestHeader('X-CSRFToken', token());
      Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
      if (progress) request.upload.onprogress = (event) => progress(event.loaded);
      request.onerror = request.ontimeout = () => failed(new Cut());
      request.onload = () => {
        const plain = request.getResponseHeader('Content-Type')?.startsWith('text/plain');
        const words = plain && method !== 'HEAD' ? request.responseText : '';
        if (!request.responseURL.includes('/uploads/')) failed(new Refused('Your session has ended. Sign in again, then add the file again.'));
        else if (request.status === 409 || request.status < 300) done(request);
        else if ([400, 502, 503, 504].includes(request.status)) failed(new Cut());
        else failed(Object.assign(new Refused(words || 'The studio could not take this file. Try it again.'), { status: request.status }));
      };
      request.send(body);
    });
  }
  const stands = (answer) => +answer.getResponseHeader('Upload-Offset');

  async function digest(bytes) {
    if (!globalThis.crypto?.subtle) return {};
    const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return { 'Content-Digest': `sha-256=:${btoa(String.fromCharCode(...sum))}:` };
  }

  // --- one file and its tile --------------------------------------------------------------------------------------
  class Incoming {
    constructor(file) {
      this.file = file;
      this.url = '';
      this.tile = $('#incoming').content.firstElementChild.cloneNode(true);
      this.part('name').textContent = file.name;
      this.part('bytes').textContent = size(file.size);
      $('progress', this.tile).ariaLabel = `${file.name}, sent`;
      this.preview();
      this.tile.addEventListener('click', (event) => {
        if (event.target.closest('[data-again]')) { this.show('Waiting'); line.push(this); next(); }
        if (event.target.closest('[data-leave]')) this.leave();
        if (event.target.closest('[data-leave-all]')) coming.forEach((one) => { if (one.refused) one.leave(); });
      });
      this.place();
    }

    part(name) { return $(`[data-${name}]`, this.tile); }

    place() { $('#wall')?.prepend(this.tile); }

    /* The browser's own picture of the file, until the studio's is there. */
    preview() {
      if (!this.file.type.startsWith('image/') || this.file.size > 40e6) return;
      const picture = Object.assign(new Image(), { src: URL.createObjectURL(this.file), alt: '' });
      picture.onload = () => { $('.frame', this.tile).prepend(picture); URL.revokeObjectURL(picture.src); };
    }

    leave() { this.tile.remove(); coming.delete(this); }

    show(state, detail = '', { failed = false } = {}) {
      this.refused = failed;
      this.part('state').textContent = state;
      this.part('detail').textContent = detail;
      this.part('ways').hidden = !failed;
      this.tile.classList.toggle('refused', failed);
      $('.busy', this.tile).hidden = failed;
    }

    at(bytes) {
      $('progress', this.tile).value = bytes / this.file.size;
      this.part('detail').textContent = `${size(bytes)} of ${size(this.file.size)}`;
    }

    /* Send from where the upload stands until its last slice answers with the tile. After a cut the studio is asked
       where it stands; after too many in a row the person decides. */
    async send() {
      let offset = 0;
      for (let pauses = 0; ;) {
        try {
          offset = this.url ? await this.where() : await this.begin();
          for (;;) {
            const answer = await this.slice(offset);
            pauses = 0;
            if (answer.status === 200) return this.done(answer.responseText);
            offset = stands(answer);
          }
        } catch (problem) {
          if (problem instanceof Refused) {
            const gone = problem.status === 404 && this.url;
            if ([404, 413, 422].includes(problem.status)) this.forget();
            if (gone) continue;
            throw problem;
          }
          if ((pauses += 1) > MOST_PAUSES) throw problem;
          this.show('Connection lost', 'It goes on by itself.');
          await pause(Math.min(2 ** pauses, 30));
        }
      }
    }

    /* The address of an upload that was begun is kept, so that the same file goes on after the page was closed. */
    async begin() {
      const uploads = new URL('../uploads/', form().action).pathname;
      this.kept = [uploads, this.file.name, this.file.size, this.file.lastModified].join();
      this.url = localStorage[this.kept];
      if (this.url) return this.where();
      const body = new URLSearchParams({ name: this.file.name, size: this.file.size });
      const answer = await ask('POST', uploads, { body });
      localStorage[this.kept] = this.url = answer.getResponseHeader('Location');
      return 0;
    }

    forget() { delete localStorage[this.kept]; this.url = ''; }

    async where() { return stands(await ask('HEAD', this.url)); }

    async slice(offset) {
      const piece = this.file.slice(offset, offset + SLICE);
      const bytes = await piece.arrayBuffer().catch(() => { throw new Refused('The file cannot be read any more. Choose it again.'); });
      const last = offset + piece.size >= this.file.size;
      this.show('Uploading');
      this.at(offset);
      const headers = { 'Upload-Offset': offset, 'Content-Type': 'application/octet-stream', ...await digest(bytes) };
      const progress = (sent) => { this.at(offset + sent); if (last && sent === piece.size) this.show('Looking into the file'); };
      return ask('PUT', this.url, { body: bytes, headers, progress });
    }

    done(html) {
      this.forget();
      const box = document.createElement('template');
      box.innerHTML = html;
      const tile = box.content.firstElementChild;
      const there = document.getElementById(tile.id);
      if (there) toast(`${this.file.name} is already here.`, 'good');
      else say(`${this.file.name} is on the board.`);
      there?.remove();
      tile.classList.add('fresh');
      this.tile.replaceWith(tile);
      htmx.process(tile);
      tell('step-moved');
      tell('uploaded');
    }

    refuse(problem) {
      const words = problem instanceof Refused ? problem.message : 'No connection. What was sent is kept for a day.';
      this.show('Not taken', words, { failed: true });
      this.part('again').hidden = [413, 422].includes(problem.status);
      $$('#wall [data-leave-all]').forEach((button) => { button.hidden = [...coming].filter((one) => one.refused).length < 2; });
      say(`${this.file.name}: ${words}`);
    }
  }

  // --- the line: three at a time ------------------------------------------------------------------------------------
  const coming = new Set();
  const line = [];
  let busy = 0;
  async function next() {
    if (busy >= AT_ONCE || !line.length) return;
    const one = line.shift();
    busy += 1;
    try { await one.send(); coming.delete(one); } catch (problem) { one.refuse(problem); }
    busy -= 1;
    next();
  }
  function take(files) {
    if (!form() || !files.length) return;
    $('.drop.large')?.remove();
    [...files].reverse().forEach((file) => { const one = new Incoming(file); coming.add(one); line.unshift(one); });
    for (let i = 0; i < AT_ONCE; i += 1) next();
  }
  addEventListener('beforeunload', (event) => { if (busy) event.preventDefault(); });
  document.addEventListener('htmx:afterSwap', (event) => { if (event.target.id === 'board' || event.detail.target?.id === 'board') coming.forEach((one) => one.place()); });

  // --- ways in: choice, drop, paste -----------------------------------------------------------------------------------
  const FIELD = 'form[data-form=upload] [type=file]';
  function choose(field) {
    take(field.files);
    field.value = '';
  }
  document.addEventListener('change', (event) => { if (event.target.matches(FIELD)) choose(event.target); });
  $$(FIELD).forEach(choose); // what was chosen while this script was on its way
  const holdsFiles = (event) => event.dataTransfer?.types.includes('Files') && form();
  addEventListener('dragover', (event) => { if (holdsFiles(event)) { event.preventDefault(); document.body.dataset.drag = 'Drop to add to the board'; } });
  addEventListener('dragleave', (event) => { if (!event.relatedTarget) delete document.body.dataset.drag; });
  addEventListener('drop', (event) => {
    delete document.body.dataset.drag;
    if (!holdsFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  addEventListener('paste', (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length && !event.target.closest?.('input, textarea')) take(files);
  });
  keys.u = () => $('[type=file]', form())?.click();
  document.addEventListener('click', (event) => {
    if (!event.target.closest('[data-browse]') || !form()) return;
    event.preventDefault();
    keys.u();
  });

  // --- selection ----------------------------------------------------------------------------------------------------------
  const picked = () => $$('#wall .asset:has(.pick:checked)');
  function count() {
    const tray = $('#tray');
    if (!tray) return;
    const [first, second, ...more] = picked();
    tray.hidden = !first;
    if (!first) return;
    $('#tray-count').textContent = more.length + (second ? 2 : 1);
    $$('[data-make]', tray).forEach((link) => {
      link.hidden = !link.dataset.kinds.split(' ').includes(first.dataset.kind);
      link.search = `?from=${first.dataset.ref}`;
    });
    const compare = $('[data-compare]', tray);
    const steps = [first, second].filter((tile) => tile?.dataset.step);
    compare.hidden = !second || more.length > 0 || !steps.length;
    if (!compare.hidden) {
      const [step] = steps;
      compare.href = `/steps/${step.dataset.step}/compare/?with=${(step === first ? second : first).dataset.ref}`;
    }
  }
  async function trash() {
    const headers = { 'X-CSRFToken': token() };
    for (const tile of picked()) {
      const [kind, pk] = tile.dataset.ref.split(':');
      await fetch(`/${kind}s/${pk}/delete/`, { method: 'POST', headers, redirect: 'manual' });
    }
    location.reload(); // the page that comes says what was deleted, each with its Undo
  }
  document.addEventListener('htmx:afterRequest', ({ detail }) => {
    if (detail.successful && /\/assets\/\d+\/restore\/$/.test(detail.pathInfo.requestPath)) htmx.ajax('GET', location.href, { target: '#board', swap: 'outerHTML' });
  });
  document.addEventListener('change', (event) => {
    if (!event.target.matches('.pick')) return;
    count();
    say(`${picked().length} selected`);
  });
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-clear]')) { $$('.pick:checked').forEach((box) => { box.checked = false; }); count(); }
    if (event.target.closest('[data-trash]')) trash();
  });
  document.addEventListener('htmx:load', count);
  keys.x = () => document.activeElement.closest('.asset')?.querySelector('.pick')?.click();

  // --- a clip's frames under the pointer -----------------------------------------------------------------------------------
  const FRAMES = 12;
  document.addEventListener('pointermove', (event) => {
    const frame = event.target.closest?.('[data-film]');
    $$('.film').forEach((film) => { if (film.parentNode !== frame) film.remove(); });
    if (!frame || event.pointerType !== 'mouse') return;
    let film = $('.film', frame);
    if (!film) {
      film = Object.assign(new Image(), { src: frame.dataset.film, className: 'film', alt: '' });
      frame.prepend(film);
    }
    const box = frame.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.999);
    film.style.setProperty('--at', Math.floor(share * FRAMES)); // written through the object model, as the policy allows
  });
})();
