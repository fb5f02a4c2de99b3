/* The workspace: the player, the viewer, compare, and what a socket's message must not disturb. Custom elements, so that
   a part that is swapped in works; without this script the native controls stay. */
(() => {
  const { $, $$, keys } = studio;
  const clock = (time) => `${Math.floor(time / 60)}:${(time % 60).toFixed(2).padStart(5, '0')}`;
  const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
  const ratio = (text) => { const [over, under = 1] = (text || '25/1').split('/'); return over / under; };

  /* One clip by its frames. A frame is asked for at its middle, so that rounding never lands on a neighbour, and the
     frame on screen is read back from the browser, not guessed from the clock. */
  class Reel {
    constructor(video, changed) {
      Object.assign(this, { video, changed, rate: ratio(video.dataset.fps), count: +video.dataset.frames || 1, frame: 0, wanted: null });
      const seen = (_, meta) => {
        this.frame = clamp(Math.round(meta.mediaTime * this.rate), 0, this.count - 1);
        changed();
        video.requestVideoFrameCallback(seen);
      };
      if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(seen);
      else video.addEventListener('timeupdate', () => { this.frame = this.near(video.currentTime); changed(); });
      video.addEventListener('seeked', () => { if (this.wanted !== this.asked) this.ask(); else if (this.wanted !== null) { this.frame = this.wanted; this.wanted = null; } });
      video.addEventListener('loadedmetadata', () => { if (this.wanted !== null) this.ask(); });
    }

    near(time) { return clamp(Math.floor(time * this.rate + 1e-3), 0, this.count - 1); }

    get at() { return this.wanted ?? this.frame; }

    to(frame) {
      this.wanted = clamp(Math.round(frame), 0, this.count - 1);
      if (!this.video.readyState) this.video.load();
      else if (!this.video.seeking) this.ask();
      this.changed();
    }

    ask() { this.asked = this.wanted; this.video.currentTime = (this.wanted + 0.5) / this.rate; }
  }

  const press = (button, on) => button.setAttribute('aria-pressed', on);

  /* What player and compare share: buttons, clock, film, keys. `reels[0]` sets the time. */
  class Transport extends HTMLElement {
    connectedCallback() {
      if (this.reels) return;
      this.reels = $$('video', this).map((video) => {
        video.controls = false;
        if (!video.dataset.fps) Object.assign(video.dataset, { fps: this.dataset.fps, frames: this.dataset.frames });
        return new Reel(video, () => this.show());
      });
      this.film = $('.reel input', this);
      this.addEventListener('click', (event) => this.clicked(event));
      this.film?.addEventListener('input', () => { this.pause(); this.to(+this.film.value); });
      this.reels.forEach(({ video }) => ['play', 'pause'].forEach((name) => video.addEventListener(name, () => this.state())));
      this.ready();
    }

    ready() {}

    get lead() { return this.reels[0]; }

    get playing() { return !!this.lead && !this.lead.video.paused; }

    clicked(event) {
      const button = event.target.closest('button');
      const set = button?.dataset ?? {};
      if ('play' in set || event.target === this.lead?.video) this.toggle();
      if ('frames' in set) this.step(+set.frames);
      if ('loop' in set) { const { video } = this.lead; video.loop = !video.loop; press(button, video.loop); }
      if ('mute' in set) { const { video } = this.lead; video.muted = !video.muted; press(button, video.muted); }
      if ('full' in set) this.fill();
    }

    fill() { if (document.fullscreenElement) document.exitFullscreen(); else $('.screen, .panes', this).requestFullscreen?.(); }

    toggle() { if (this.playing) this.pause(); else this.play(); }

    play(speed = 1) {
      this.back = 0;
      this.reels.forEach(({ video }) => { video.playbackRate = speed; video.play().catch(() => {}); });
    }

    pause() {
      this.back = 0;
      this.reels.forEach(({ video }) => video.pause());
    }

    to(frame) {
      const time = (frame + 0.5) / this.lead.rate;
      this.reels.forEach((reel) => reel.to(reel === this.lead ? frame : reel.near(time)));
    }

    step(by) { if (!this.lead) return; this.pause(); this.to(this.lead.at + by); }

    /* J, K, L as on an editing desk: back, stop, on; again for twice the speed. */
    shuttle(way) {
      if (!way) return this.pause();
      if (way > 0) return this.play(this.playing ? clamp(this.lead.video.playbackRate * 2, 1, 8) : 1);
      const speed = clamp((this.back || 0.5) * 2, 1, 8);
      this.pause();
      this.back = speed;
      const [began, from] = [performance.now(), this.lead.at];
      const tick = (now) => {
        if (this.back !== speed || !this.isConnected) return;
        const frame = from - ((now - began) / 1000) * this.lead.rate * speed;
        if (!this.lead.video.seeking) this.to(frame);
        if (frame > 0) requestAnimationFrame(tick); else this.back = 0;
      };
      requestAnimationFrame(tick);
    }

    show() {
      const { at, rate } = this.lead;
      const [time, number] = [$('[data-clock]', this), $('[data-frame]', this)];
      if (time) time.textContent = clock(at / rate);
      if (number) number.textContent = at + 1;
      if (this.film && document.activeElement !== this.film || !this.playing) this.film.value = at;
      this.film?.setAttribute('aria-valuetext', `Frame ${at + 1}`);
      this.shown?.();
    }

    state() {
      this.toggleAttribute('data-playing', this.playing);
      $$('[data-play]', this).forEach((button) => button.setAttribute('aria-label', this.playing ? 'Pause' : 'Play'));
    }
  }

  customElements.define('studio-player', class extends Transport {});

  /* Two files in one frame. Clips run on one clock: the second follows the first by its speed, and by a seek when it is
     further off than a few frames. Frame and way stand in the address. */
  customElements.define('studio-compare', class extends Transport {
    ready() {
      this.reels.reverse(); // the version itself leads, where it is a clip
      this.wipe = $('.wipe', this);
      this.wipe.addEventListener('input', () => this.divide());
      this.divide();
      this.reels.forEach(({ video }, index) => { if (index) video.muted = true; video.loop = false; });
      if (!this.lead) return;
      this.lead.video.addEventListener('ended', () => { this.to(0); setTimeout(() => this.play(), 60); });
      this.to(+this.dataset.frame);
      const follow = () => { if (!this.isConnected) return; this.follow(); requestAnimationFrame(follow); };
      requestAnimationFrame(follow);
    }

    divide() { this.style.setProperty('--x', `${this.wipe.value}%`); } // through the object model, as the policy allows

    follow() {
      if (!this.playing) return;
      const { video, rate } = this.lead;
      this.reels.slice(1).forEach((reel) => {
        if (video.currentTime > reel.video.duration) return;
        const ahead = reel.video.currentTime - video.currentTime;
        if (reel.video.paused) reel.video.play().catch(() => {});
        if (Math.abs(ahead) > 4 / rate) reel.video.currentTime = video.currentTime;
        reel.video.playbackRate = Math.abs(ahead) > 0.2 / rate ? clamp(video.playbackRate * (1 - 2 * ahead), 0.5, 4) : video.playbackRate;
      });
    }

    pause() {
      const was = this.playing;
      super.pause();
      if (was) this.to(this.lead.frame);
    }

    clicked(event) {
      super.clicked(event);
      const button = event.target.closest('[data-mode]');
      if (!button || button === this) return;
      this.dataset.mode = button.dataset.mode;
      $$('button[data-mode]', this).forEach((other) => press(other, other === button));
      this.shown();
    }

    shown() {
      if (this.playing) return;
      const query = new URLSearchParams(location.search);
      query.set('with', this.dataset.with);
      query.set('mode', this.dataset.mode);
      if (this.lead) query.set('frame', this.lead.at);
      history.replaceState(null, '', `?${query.toString().replaceAll('%3A', ':')}`);
    }
  });

  /* A still: fitted, or pixel for pixel from the full file, moved by dragging or by the arrow keys of the scroll box. */
  customElements.define('studio-viewer', class extends HTMLElement {
    connectedCallback() {
      const [image, button, pan] = [$('img', this), $('[data-zoom]', this), $('.pan', this)];
      button.addEventListener('click', () => {
        const on = this.toggleAttribute('data-full');
        press(button, on);
        if (!on) return pan.removeAttribute('tabindex');
        pan.tabIndex = 0;
        image.src = image.dataset.full;
        image.decode().then(() => pan.scrollTo((pan.scrollWidth - pan.clientWidth) / 2, (pan.scrollHeight - pan.clientHeight) / 2));
      });
      pan.addEventListener('pointermove', (event) => {
        if (!this.hasAttribute('data-full') || !event.buttons || event.pointerType === 'touch') return;
        event.preventDefault();
        pan.scrollBy(-event.movementX, -event.movementY);
      });
      image.draggable = false;
    }
  });

  document.addEventListener('change', (event) => { if ('submit' in event.target.dataset) event.target.form.requestSubmit(); });

  // --- live ---------------------------------------------------------------------------------------------------------
  setInterval(() => $$('[data-so-far]').forEach((text) => { text.textContent = +text.textContent + 1; }), 1000);

  // What is finished, or waits for a pick, and is already here stays: its player may be running, a wish may be typed.
  document.addEventListener('htmx:oobBeforeSwap', (event) => {
    const { target, fragment } = event.detail;
    const next = $(`#${target.id}`, fragment) ?? fragment;
    if (/^(succeeded|pick)/.test(target.dataset.key) && target.dataset.key === next.dataset?.key) event.detail.shouldSwap = false;
  });
  document.addEventListener('htmx:oobAfterSwap', (event) => {
    const words = document.getElementById(event.detail.target.id)?.dataset.say;
    if (words && event.detail.shouldSwap) { studio.say(words); document.title = `${words} · Studio`; }
  });

  // A version that this tree does not have yet, made from one that it has: the tree is asked for anew.
  document.addEventListener('htmx:wsBeforeMessage', (event) => {
    const strangers = [...event.detail.message.matchAll(/id="(step-\d+-node)"[^>]*data-source="(\d+)"/g)];
    const mine = strangers.some(([, id, source]) => !document.getElementById(id) && $(`#tree [data-asset="${source}"]`));
    if (mine) htmx.ajax('GET', location.href, { target: '#tree', select: '#tree', swap: 'outerHTML' });
  });

  // In a long tree the version on the page is in view: down the column, or along the strip of a phone.
  const current = $('#tree [aria-current]');
  const place = current?.getBoundingClientRect();
  if (current) [current.closest('aside'), current.closest('.tree')].forEach((box) => box.scrollBy(place.left - box.clientWidth / 2, place.top - box.clientHeight / 2));

  // While the socket is down a running step is asked for every five seconds.
  let asking;
  document.addEventListener('htmx:wsClose', () => { clearInterval(asking); asking = setInterval(studio.tell, 5000, 'resync'); });
  document.addEventListener('htmx:wsOpen', () => clearInterval(asking));

  // --- keys ---------------------------------------------------------------------------------------------------------
  const transport = () => $('studio-player, studio-compare');
  const within = (event) => transport()?.contains(event.target);
  const ranged = (event) => event.target.matches('[type=range], [type=radio]');
  const move = (by) => (event) => { const at = transport(); if (!at?.lead || ranged(event)) return false; at.step(event.shiftKey ? by * Math.round(at.lead.rate) : by); };
  const walk = (by) => {
    const all = $$('#tree a');
    const here = all.includes(document.activeElement) ? document.activeElement : $('#tree [aria-current]');
    all[clamp(all.indexOf(here) + by, 0, all.length - 1)]?.focus();
  };
  Object.assign(keys, {
    ' ': (event) => { if (!transport()?.lead || event.target.closest('button, a, summary, select')) return false; transport().toggle(); },
    ArrowLeft: move(-1), ArrowRight: move(1), ',': move(-1), '.': move(1), '<': move(-1), '>': move(1),
    j: (event) => (within(event) ? transport().shuttle(-1) : walk(1)),
    k: (event) => (within(event) ? transport().shuttle(0) : walk(-1)),
    l: (event) => (within(event) ? transport().shuttle(1) : false),
    A: (event) => (event.shiftKey ? $('[data-approve]')?.click() : false), // with Caps Lock a plain A says the same
    c: () => $('[data-compare]')?.click(),
    e: () => $('#change a')?.focus(),
  });
  for (let take = 1; take <= 9; take += 1) keys[take] = () => $(`[data-take="${take}"]`)?.click() ?? false;
})();
