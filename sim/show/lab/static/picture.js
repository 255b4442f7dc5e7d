// One network on a canvas. Ties lie in a background that is drawn when the view moves; users are stamped into a copy of
// its pixels from masks, one for each size, which needs no GPU; what moves along ties lies on a canvas above.
"use strict";
(function () {
  const MOST_PASSING = 400; // stories drawn in one frame
  const PULSE_FRAMES = 4; // that a user is marked after hearing
  const MOST_TIES_MOVING = 3000; // ties drawn while the view moves

  // Where users stand when arranged by hop: f32[2n] in the unit square, with the angle they had.
  function ringPlaces(users, panel) {
    const radii = [0.09, 0.2, 0.29, 0.37, 0.46];
    const groups = [[], [], [], [], []];
    for (let i = 0; i < users.n; i++) {
      const hop = panel.hop[i];
      groups[hop === 255 ? 4 : Math.min(hop, 3)].push(i);
    }
    const places = new Float32Array(2 * users.n);
    groups.forEach((group, ring) => {
      const angle = (i) => Math.atan2(users.y[i] - 0.5, users.x[i] - 0.5);
      group.sort((a, b) => angle(a) - angle(b));
      const inner = ring === 0 ? 0.01 : radii[ring] - 0.035;
      const outer = radii[ring] + 0.025;
      group.forEach((i, k) => {
        const a = (2 * Math.PI * k) / group.length - Math.PI;
        const r = inner + (outer - inner) * ((k * 0.618034) % 1);
        places[2 * i] = 0.5 + r * Math.cos(a);
        places[2 * i + 1] = 0.5 + r * Math.sin(a);
      });
    });
    return places;
  }

  function sameNumbers(a, b) {
    if (a.length !== b.length) return false;
    for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
    return true;
  }

  function mask(radius, width) {
    const reach = Math.ceil(radius + 1);
    const at = [];
    const cover = [];
    const rim = [];
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const d = Math.hypot(dx, dy);
        const inside = Math.max(0, Math.min(1, radius + 0.5 - d));
        if (inside <= 0.02) continue;
        at.push(dy * width + dx);
        cover.push(Math.round(inside * 255));
        rim.push(radius > 2 && d > radius - 0.6 ? 1 : 0);
      }
    }
    return { at: Int32Array.from(at), cover: Uint8Array.from(cover), rim: Uint8Array.from(rim), reach };
  }

  class Picture {
    // frame: an element that holds the canvases; view {k, x, y} is shared by all pictures of a player
    constructor(frame, view) {
      this.frame = frame;
      this.view = view;
      this.base = ripple.make("canvas", { "aria-hidden": "true" });
      this.over = ripple.make("canvas", { "aria-hidden": "true" });
      frame.append(this.base, this.over);
      this.back = document.createElement("canvas");
      this.morph = 0; // 0: places of the layout; 1: hop rings
      this.hover = -1;
    }

    // Show a panel of a recording; places stay where they are when the users are the same.
    load(recording, panel) {
      const stays = this.users && this.px && !this.morph && !this.stale && sameNumbers(this.users.x, recording.users.x) &&
        sameNumbers(this.users.y, recording.users.y) && sameNumbers(this.users.degree, recording.users.degree) &&
        sameNumbers(this.ties.from, recording.ties.from) && sameNumbers(this.ties.to, recording.ties.to);
      this.users = recording.users;
      this.ties = recording.ties;
      this.panel = panel;
      this.rings = panel ? ringPlaces(this.users, panel) : null;
      this.byFrame();
      if (stays) return; // the ground with its ties is still right
      this.px = new Int32Array(this.users.n);
      this.py = new Int32Array(this.users.n);
      this.stale = true;
    }

    // Which passages and first hearings belong to which frame.
    byFrame() {
      const n = this.panel ? this.panel.trust.length / this.users.n : 0;
      const p = this.panel && this.panel.passages;
      this.passStart = new Uint32Array(n + 2);
      if (!p) return;
      for (let k = 0; k < p.frame.length; k++) this.passStart[p.frame[k] + 1]++;
      for (let f = 0; f <= n; f++) this.passStart[f + 1] += this.passStart[f];
      this.passOrder = new Uint32Array(p.frame.length);
      const next = this.passStart.slice();
      for (let k = 0; k < p.frame.length; k++) this.passOrder[next[p.frame[k]]++] = k;
      this.hearStart = new Uint32Array(n + 2);
      const heard = this.panel.heard;
      for (let i = 0; i < heard.length; i++) if (heard[i] !== 65535) this.hearStart[heard[i] + 1]++;
      for (let f = 0; f <= n; f++) this.hearStart[f + 1] += this.hearStart[f];
      this.hearOrder = new Uint32Array(this.hearStart[n + 1]);
      const at = this.hearStart.slice();
      for (let i = 0; i < heard.length; i++) if (heard[i] !== 65535) this.hearOrder[at[heard[i]]++] = i;
    }

    resize() {
      const box = this.frame.getBoundingClientRect();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const width = Math.max(40, Math.round(box.width * ratio));
      const height = Math.max(40, Math.round(box.height * ratio));
      if (width === this.width && height === this.height) return;
      for (const canvas of [this.base, this.over, this.back]) {
        canvas.width = width;
        canvas.height = height;
      }
      this.width = width;
      this.height = height;
      this.ratio = ratio;
      this.image = new ImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.stale = true;
    }

    // How much of the unit square the users fill, from its middle; hop rings fill all of it.
    extent() {
      const { n, x, y } = this.users;
      let most = 0.05;
      for (let i = 0; i < n; i++) most = Math.max(most, Math.abs(x[i] - 0.5), Math.abs(y[i] - 0.5));
      return most + (0.5 - most) * this.morph;
    }

    // From the unit square to pixels.
    project() {
      const side = (Math.min(this.width, this.height) * 0.47) / this.extent();
      const k = side * this.view.k;
      const ox = this.width / 2 - (0.5 + this.view.x) * k;
      const oy = this.height / 2 - (0.5 + this.view.y) * k;
      this.side = side;
      this.k = k;
      this.ox = ox;
      this.oy = oy;
      const { n, x, y } = this.users;
      const m = this.morph;
      for (let i = 0; i < n; i++) {
        const ux = m && this.rings ? x[i] + (this.rings[2 * i] - x[i]) * m : x[i];
        const uy = m && this.rings ? y[i] + (this.rings[2 * i + 1] - y[i]) * m : y[i];
        this.px[i] = Math.round(ox + ux * k);
        this.py[i] = Math.round(oy + uy * k);
      }
      this.sizes(Math.min(this.width, this.height));
    }

    sizes(side) {
      const { n, degree } = this.users;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += degree[i];
      const mean = Math.max(sum / Math.max(n, 1), 1e-9);
      const zoom = Math.pow(this.view.k, 0.6);
      const unit = Math.min(9, Math.max(1.3, (0.21 * side) / Math.sqrt(n))) * zoom;
      this.sizeOf = new Uint8Array(n);
      this.masks = new Map();
      for (let i = 0; i < n; i++) {
        const radius = unit * Math.min(2.6, 0.55 + 0.5 * Math.sqrt(degree[i] / mean));
        const half = Math.max(2, Math.min(60, Math.round(radius * 2)));
        this.sizeOf[i] = half;
        if (!this.masks.has(half)) this.masks.set(half, mask(half / 2, this.width));
      }
      this.maskOf = [];
      for (const [half, made] of this.masks) this.maskOf[half] = made;
    }

    background(moving) {
      const context = this.back.getContext("2d", { willReadFrequently: true });
      const inks = ripple.inks();
      context.clearRect(0, 0, this.width, this.height);
      const { from, to } = this.ties;
      const every = moving ? Math.max(1, Math.ceil(from.length / MOST_TIES_MOVING)) : 1;
      const alpha = Math.min(0.5, Math.max(0.07, (900 / Math.max(from.length, 1)) * Math.sqrt(this.view.k)));
      const faint = this.morph > 0 ? alpha * (1 - 0.85 * this.morph) : alpha;
      context.strokeStyle = inks.tie.replace("A", String(Math.min(0.6, faint * Math.sqrt(every))));
      context.lineWidth = Math.max(0.6, 0.5 * this.ratio);
      context.beginPath();
      for (let t = 0; t < from.length; t += every) {
        context.moveTo(this.px[from[t]], this.py[from[t]]);
        context.lineTo(this.px[to[t]], this.py[to[t]]);
      }
      context.stroke();
      this.ground = new Uint32Array(context.getImageData(0, 0, this.width, this.height).data.buffer);
      this.thin = moving && every > 1;
    }

    // What each ring is, above its users, on a quiet ground so that it can be read.
    ringLabels(context) {
      const inks = ripple.inks();
      const size = 12 * this.ratio;
      context.font = `${size}px system-ui, sans-serif`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      const x = this.ox + 0.5 * this.k;
      [-0.125, 0.235, 0.325, 0.405, 0.493].forEach((r, k) => {
        const text = ripple.say(`ring.${k}`);
        const y = this.oy + (0.5 - r) * this.k;
        const width = context.measureText(text).width + size;
        context.globalAlpha = 0.86;
        context.fillStyle = inks.page;
        context.beginPath();
        context.roundRect(x - width / 2, y - 0.75 * size, width, 1.5 * size, 0.4 * size);
        context.fill();
        context.globalAlpha = 1;
        context.fillStyle = inks.muted;
        context.fillText(text, x, y);
      });
    }

    // values: f32[n] in points; scale: of colours
    draw(values, scale, position, options) {
      this.resize();
      if (this.stale || (this.thin && !options.moving)) {
        this.project();
        this.background(options.moving);
        this.stale = false;
      }
      this.stamp(values, scale);
      this.overlay(position, options);
    }

    stamp(values, scale) {
      const { width, height, pixels, px, py } = this;
      pixels.set(this.ground);
      const [rr, rg, rb] = ripple.inks().rim;
      const colours = scale.pixels;
      for (let i = 0; i < this.users.n; i++) {
        const m = this.maskOf[this.sizeOf[i]];
        const x = px[i];
        const y = py[i];
        if (x < m.reach || y < m.reach || x >= width - m.reach || y >= height - m.reach) continue;
        const colour = colours[scale.level(values[i])];
        const r = colour & 255;
        const g = (colour >> 8) & 255;
        const b = (colour >> 16) & 255;
        const home = y * width + x;
        const { at, cover, rim } = m;
        for (let k = 0; k < at.length; k++) {
          const where = home + at[k];
          const a = cover[k];
          if (a === 255 && !rim[k]) {
            pixels[where] = colour;
            continue;
          }
          const mix = rim[k] ? 0.3 : 0;
          const cr = r + (rr - r) * mix;
          const cg = g + (rg - g) * mix;
          const cb = b + (rb - b) * mix;
          const old = pixels[where];
          const oa = old >>> 24;
          const share = a / 255;
          const keep = (oa / 255) * (1 - share);
          const alpha = share + keep;
          const red = (cr * share + (old & 255) * keep) / alpha;
          const green = (cg * share + ((old >> 8) & 255) * keep) / alpha;
          const blue = (cb * share + ((old >> 16) & 255) * keep) / alpha;
          pixels[where] = (Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red;
        }
      }
      this.base.getContext("2d").putImageData(this.image, 0, 0);
    }

    overlay(position, options) {
      const context = this.over.getContext("2d");
      context.clearRect(0, 0, this.width, this.height);
      if (this.panel && options.stories) {
        this.passing(context, position);
        this.pulses(context, position);
      }
      for (const user of options.marked || []) if (user < this.users.n) this.around(context, user, 1.5);
      for (const [user, size] of [[this.hover, 1.5], [options.chosen, 2.5]]) {
        if (user === undefined || user < 0 || user >= this.users.n) continue;
        this.around(context, user, size);
      }
      if (options.chain) this.chain(context, options.chain);
      if (this.rings && this.morph > 0.5) this.ringLabels(context);
    }

    // Stories travel during the frame that ends with their arrival, and leave a trace for one more.
    passing(context, position) {
      const p = this.panel.passages;
      if (!p || !p.frame.length) return;
      const inks = ripple.inks();
      const first = Math.floor(position);
      for (const frame of [first, first + 1]) {
        if (frame < 0 || frame + 1 >= this.passStart.length) continue;
        const begin = this.passStart[frame];
        const end = Math.min(this.passStart[frame + 1], begin + MOST_PASSING);
        const part = position - (frame - 1); // 0..1 on the way, 1..2 fading
        const fade = part <= 1 ? 1 : Math.max(0, 2 - part);
        if (begin === end || fade <= 0) continue;
        const head = Math.min(1, part);
        const tail = Math.max(0, Math.min(1, part - 0.4));
        context.globalAlpha = 0.6 * fade * fade;
        context.strokeStyle = inks.story;
        context.lineWidth = 1.2 * this.ratio;
        context.beginPath();
        for (let k = begin; k < end; k++) {
          const at = this.passOrder[k];
          const a = p.from[at];
          const b = p.to[at];
          if (a >= this.users.n || b >= this.users.n) continue;
          const dx = this.px[b] - this.px[a];
          const dy = this.py[b] - this.py[a];
          context.moveTo(this.px[a] + dx * tail, this.py[a] + dy * tail);
          context.lineTo(this.px[a] + dx * head, this.py[a] + dy * head);
        }
        context.stroke();
      }
      context.globalAlpha = 1;
    }

    pulses(context, position) {
      if (!this.hearStart) return;
      const inks = ripple.inks();
      context.strokeStyle = inks.pulse;
      context.lineWidth = 1.6 * this.ratio;
      const newest = Math.floor(position);
      const grow = Math.max(2.5, Math.min(9, (0.5 * Math.min(this.width, this.height)) / Math.sqrt(this.users.n))) * this.ratio;
      for (let frame = Math.max(0, newest - PULSE_FRAMES + 1); frame <= newest; frame++) {
        if (frame + 1 >= this.hearStart.length) break;
        const age = (position - frame) / PULSE_FRAMES;
        context.globalAlpha = Math.max(0, 0.9 * (1 - age));
        context.beginPath();
        for (let k = this.hearStart[frame]; k < this.hearStart[frame + 1]; k++) {
          const i = this.hearOrder[k];
          const radius = this.sizeOf[i] / 2 + 1 + grow * age;
          context.moveTo(this.px[i] + radius, this.py[i]);
          context.arc(this.px[i], this.py[i], radius, 0, 2 * Math.PI);
        }
        context.stroke();
      }
      context.globalAlpha = 1;
    }

    around(context, user, width) {
      const inks = ripple.inks();
      const radius = this.sizeOf[user] / 2 + 3 * this.ratio;
      context.beginPath();
      context.arc(this.px[user], this.py[user], radius, 0, 2 * Math.PI);
      context.lineWidth = (width + 2) * this.ratio;
      context.strokeStyle = inks.page;
      context.stroke();
      context.lineWidth = width * this.ratio;
      context.strokeStyle = inks.chosen;
      context.stroke();
    }

    // The way by which the news came to the chosen user.
    chain(context, users) {
      if (users.length < 2) return;
      const inks = ripple.inks();
      for (const [width, colour] of [[5, inks.page], [2.2, inks.pulse]]) {
        context.strokeStyle = colour;
        context.lineWidth = width * this.ratio;
        context.beginPath();
        users.forEach((user, k) => {
          if (k === 0) context.moveTo(this.px[user], this.py[user]);
          else context.lineTo(this.px[user], this.py[user]);
        });
        context.stroke();
      }
    }

    // The user near a place of the frame (CSS pixels), -1 if there is none.
    at(x, y) {
      const cx = x * this.ratio;
      const cy = y * this.ratio;
      let best = -1;
      let least = Infinity;
      for (let i = 0; i < this.users.n; i++) {
        const d = Math.hypot(this.px[i] - cx, this.py[i] - cy) - this.sizeOf[i] / 2;
        if (d < least) {
          least = d;
          best = i;
        }
      }
      return least <= 8 * this.ratio ? best : -1;
    }
  }

  ripple.Picture = Picture;
})();
