/* A task's form: lines that can be added, controls that count only with others, and what is drawn on the picture. The
   form works without any of it; each drawing ends in plain fields. */
(() => {
  const { $, $$, say } = studio;
  const form = () => $('#task');
  const changed = (field) => field.dispatchEvent(new Event('change', { bubbles: true }));
  const field = (name) => $(`#task [name="${name}"]:checked`)?.value ?? '';

  // --- controls that count only with a choice elsewhere; the colours of the swatches --------------------------------
  function settle() {
    $$('#task [data-when]').forEach((control) => control.classList.toggle('on', control.dataset.values.split(' ').includes(field(control.dataset.when))));
    $$('#task [type=color]').forEach((colour) => {
      document.documentElement.style.setProperty(`--${colour.name.replace('_', '-')}`, colour.value); // on the root: htmx copies the attributes of a swapped form, and the policy allows no style attribute
      colour.nextElementSibling.textContent = colour.value;
    });
  }
  document.addEventListener('input', (event) => { if (event.target.closest('#task')) settle(); });

  // --- lines ----------------------------------------------------------------------------------------------------------
  const lines = (set) => $$('fieldset.row-line', set);
  const cells = (line) => $$('input', line);
  function number(set) {
    lines(set).forEach((line, at) => cells(line).forEach((cell) => { cell.name = cell.name.replace(/-\d+-/, `-${at}-`); }));
  }
  function bare(set) {
    const typed = (line) => cells(line).some((cell) => cell.value); // while this script was on its way
    lines(set).filter(typed).forEach((line) => line.classList.remove('blank'));
    const empty = lines(set).filter((line) => line.classList.contains('blank'));
    empty.slice(lines(set).length > empty.length ? 0 : 1).forEach((line) => line.remove());
    empty[0]?.classList.remove('blank');
  }
  function add(set) {
    const last = lines(set).at(-1);
    const line = last.cloneNode(true);
    const times = cells(line).filter((cell) => cell.matches('.time'));
    const ended = cells(last).filter((cell) => cell.matches('.time')).at(-1)?.value ?? '';
    cells(line).forEach((cell) => { cell.value = ''; cell.removeAttribute('aria-invalid'); });
    const head = $('#start video')?.currentTime;
    if (times[0]) times[0].value = head ? head.toFixed(2) : ended;
    last.after(line);
    number(set);
    (times[0]?.value ? times[1] ?? cells(line)[0] : cells(line)[0]).focus();
  }
  function drop(set, line) {
    if (lines(set).length > 1) line.remove();
    else cells(line).forEach((cell) => { cell.value = ''; });
    number(set);
    changed(cells(lines(set)[0])[0]);
  }
  document.addEventListener('click', (event) => {
    const button = event.target.closest('#task button');
    const set = button?.closest('[data-rows]');
    if (set && 'addRow' in button.dataset) add(set);
    if (set && 'dropRow' in button.dataset) drop(set, button.closest('.row-line'));
    if (button?.dataset.stepBy) {
      const box = $('input', button.parentNode);
      box.value = Math.min(Math.max((+box.value || 0) + +button.dataset.stepBy, +box.min), +box.max);
      changed(box);
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target.matches('#task .row-line input') && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      add(event.target.closest('[data-rows]'));
    } else if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !event.target.closest('form')) form()?.requestSubmit();
  });

  // --- the picture ------------------------------------------------------------------------------------------------------
  const SVG = 'http://www.w3.org/2000/svg';
  const shape = (name, values) => {
    const made = document.createElementNS(SVG, name);
    Object.entries(values).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };
  const share = (number) => Math.min(Math.max(number, 0), 1);
  const percent = (number) => +(100 * share(number)).toFixed(1);

  customElements.define('studio-stage', class extends HTMLElement {
    connectedCallback() {
      this.paper = $('.drawn', this);
      const { width, height } = this.paper.viewBox.baseVal;
      Object.assign(this, { width, height });
      this.paper.addEventListener('pointerdown', (event) => this.begin(event));
      this.paper.addEventListener('pointermove', (event) => this.go(event));
      ['pointerup', 'pointercancel'].forEach((name) => this.paper.addEventListener(name, () => this.end()));
      settle();
      this.draw();
    }

    get strokes() { try { return JSON.parse($('[data-strokes]')?.value || '[]'); } catch { return []; } }

    numbers(name) { const found = $$(`[data-${name}]`).map((box) => (box.value.trim() === '' ? NaN : +box.value / 100)); return found.length && found.every(Number.isFinite) ? found : null; }

    write(name, values) { $$(`[data-${name}]`).forEach((box, at) => { box.value = values ? percent(values[at]) : ''; }); }

    mode(name) {
      const on = this.dataset.mode === name ? '' : name;
      this.dataset.mode = on;
      $$('[data-draw]').forEach((button) => button.setAttribute('aria-pressed', button.dataset.draw === on));
      if (on) { this.scrollIntoView({ block: 'nearest' }); say({ box: 'Drag a box around the product', point: 'Click the point to keep in view', keep: 'Paint what to keep', drop: 'Paint what to leave out' }[on]); }
    }

    spot(event) {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.paper.getScreenCTM().inverse());
      return [share(at.x / this.width), share(at.y / this.height)];
    }

    begin(event) {
      const { mode } = this.dataset;
      if (!mode || event.button) return;
      event.preventDefault();
      this.paper.setPointerCapture(event.pointerId);
      this.from = this.spot(event);
      if (mode === 'keep' || mode === 'drop') this.stroke = { points: [this.from], radius: ($('[data-brush]')?.value || 3) / 100, keep: mode === 'keep' };
      this.go(event);
    }

    go(event) {
      if (!this.from) return;
      const [x, y] = this.spot(event);
      if (this.dataset.mode === 'box') this.write('box', [Math.min(x, this.from[0]), Math.min(y, this.from[1]), Math.abs(x - this.from[0]), Math.abs(y - this.from[1])]);
      else if (this.dataset.mode === 'point') this.write('point', [x, y]);
      else if (this.stroke) this.stroke.points.push([+x.toFixed(4), +y.toFixed(4)]);
      this.draw();
    }

    end() {
      if (!this.from) return;
      const { mode } = this.dataset;
      const box = this.numbers('box');
      if (mode === 'box' && box && (box[2] < 0.02 || box[3] < 0.02)) this.write('box', null);
      if (this.stroke) $('[data-strokes]').value = JSON.stringify([...this.strokes, this.stroke]);
      this.from = this.stroke = null;
      if (mode === 'box' || mode === 'point') this.mode(mode);
      this.tellForm();
    }

    /* A drawing counts only while the studio looks for the product. */
    tellForm() {
      const look = $('#task [name=cutout][value=auto]');
      if (look && !$('#task [name=cutout][value=accept]').checked) look.checked = true;
      this.draw();
      changed($('[data-strokes], [data-box], [data-point]'));
      if ($('#edge')) htmx.trigger('#edge', 'redraw');
    }

    draw() {
      const { width, height } = this;
      const made = [];
      const box = this.numbers('box');
      if (box) made.push(shape('rect', { class: 'box', x: box[0] * width, y: box[1] * height, width: box[2] * width, height: box[3] * height }));
      [...this.strokes, ...(this.stroke ? [this.stroke] : [])].forEach(({ points, radius, keep }) => made.push(shape('polyline', {
        class: keep ? 'keep' : 'drop', points: points.map(([x, y]) => `${x * width},${y * height}`).join(' ') + (points.length < 2 ? ` ${points[0][0] * width + 0.1},${points[0][1] * height}` : ''), 'stroke-width': 2 * radius * Math.max(width, height),
      })));
      const point = this.numbers('point');
      made.push(...this.crop(point ?? [0.5, 0.5]));
      if (point) made.push(shape('circle', { class: 'point', cx: point[0] * width, cy: point[1] * height, r: Math.max(width, height) / 60 }));
      this.paper.replaceChildren(...made);
    }

    /* What a format keeps of the picture, around the focus point. */
    crop([x, y]) {
      const [across, down] = field('target').split(':').map(Number);
      if (!down || field('method') !== 'crop-path') return [];
      const { width, height } = this;
      const [w, h] = [Math.min(width, (height * across) / down), Math.min(height, (width * down) / across)];
      const [left, top] = [Math.min(Math.max(x * width - w / 2, 0), width - w), Math.min(Math.max(y * height - h / 2, 0), height - h)];
      const rim = { x: left, y: top, width: w, height: h };
      if (!this.numbers('point')) return [shape('rect', { class: 'box', ...rim })]; // it follows the subject: only its size is known
      return [shape('path', { class: 'off', d: `M0 0H${width}V${height}H0ZM${left} ${top}V${top + h}H${left + w}V${top}Z` }), shape('rect', { class: 'window', ...rim })];
    }

    /* The camera's path, roughly: the picture moves as the engine's camera will, without its depth. */
    preview() {
      const path = $(`.m-${field('camera')}`, this)?.dataset.path.split(' ').map(Number) ?? [1, 0, 0, 1, 0, 0];
      const [start, end] = [path.slice(0, 3), path.slice(3)].map(([zoom, x, y]) => ({ transform: `translate(${x}%, ${y}%) scale(${zoom})` }));
      const seconds = +$('#task [name=seconds]')?.value || 5;
      this.toggleAttribute('data-preview', true);
      const runs = $$('.photo:not(.drawn, .edge), .behind', this).map((layer) => layer.animate([start, end], { duration: 1000 * Math.min(seconds, 10), easing: 'cubic-bezier(.36, 0, .64, 1)' }));
      Promise.allSettled(runs.map((run) => run.finished)).then(() => this.removeAttribute('data-preview'));
    }
  });

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    const stage = $('studio-stage');
    if (!button || !stage) return;
    const set = button.dataset;
    if (set.draw) { const fold = $('[data-box], [data-strokes]')?.closest('details'); if (fold) fold.open = true; stage.mode(set.draw); }
    if ('preview' in set) stage.preview();
    if ('undoStroke' in set) { $('[data-strokes]').value = JSON.stringify(stage.strokes.slice(0, -1)); stage.tellForm(); }
    if (set.cutout) {
      const choice = $(`#task [name=cutout][value=${set.cutout}]`);
      choice.checked = true;
      changed(choice);
      $$('[data-cutout]').forEach((other) => other.setAttribute('aria-pressed', other === button));
    }
  });
  document.addEventListener('input', (event) => { if (event.target.closest('#task')) $('studio-stage')?.draw(); });
  document.addEventListener('change', (event) => { if (event.target.matches('[data-box], [data-point]') && event.isTrusted) $('studio-stage')?.tellForm(); });

  const ready = () => { $$('[data-rows]').forEach(bare); if (form()) settle(); };
  ready();
  document.addEventListener('htmx:load', ready);
})();
