// The player: pictures, time line and charts of one recording. It needs no server.
//
//   const player = new TrustPlayer(element, {person, startHere, place})
//   player.show(recording, {keepView: true, keepTime: true}); player.play(); player.seek(10)
//
// On the element: data-state, data-frame, data-playing, data-shown; events "ripple-frame", "ripple-user", "ripple-shown".
"use strict";
(function () {
  const MORPH = 0.6; // seconds to hop rings
  const MODES = ["trust", "change", "difference"];

  class TrustPlayer {
    constructor(element, options = {}) {
      this.element = element;
      this.options = options;
      this.position = 0;
      this.playing = false;
      this.mode = "trust";
      this.stories = true;
      this.ringed = false;
      this.view = { k: 1, x: 0, y: 0 };
      this.chosen = -1;
      this.shown = 0;
      this.rate = 6;
      this.build();
      this.listen();
    }

    build() {
      const say = ripple.say;
      element_classes(this.element);
      this.pictures = [];
      this.frames = ripple.make("div", { class: "pictures" });
      this.modes = MODES.map((mode) => ripple.make("button", {
        type: "button", "aria-pressed": String(mode === this.mode), title: say(`modeHelp.${mode}`), "data-mode": mode,
        onclick: () => this.setMode(mode) }, say(`modes.${mode}`)));
      const toggle = (name, text, title, act) => ripple.make("button", { type: "button", "aria-pressed": "false", title, class: name, onclick: act }, text);
      this.ringButton = toggle("rings", say("rings"), say("ringsHelp"), () => this.setRings(!this.ringed));
      this.storyButton = toggle("stories", say("stories"), say("storiesHelp"), () => this.setStories(!this.stories));
      this.storyButton.setAttribute("aria-pressed", "true");
      this.legend = ripple.make("canvas", { class: "scale", "aria-hidden": "true" });
      this.legendText = ripple.make("span", { class: "legend-text" });
      this.bar = ripple.make("div", { class: "bar" },
        ripple.make("div", { class: "group", role: "group", "aria-label": say("show") }, ...this.modes),
        ripple.make("div", { class: "group" }, this.ringButton, this.storyButton),
        ripple.make("div", { class: "group" },
          ripple.make("button", { type: "button", "aria-label": say("zoomOut"), title: say("zoomOut"), onclick: () => this.zoom(1 / 1.4) }, "−"),
          ripple.make("button", { type: "button", title: say("wholeHelp"), class: "whole", onclick: () => this.fit() }, say("whole")),
          ripple.make("button", { type: "button", "aria-label": say("zoomIn"), title: say("zoomIn"), onclick: () => this.zoom(1.4) }, "+")),
        ripple.make("div", { class: "legend" }, this.legend, this.legendText));
      this.timeline = new ripple.Timeline({
        toggle: () => this.toggle(), step: (by) => this.step(by), seek: (frame) => this.seek(frame),
        speed: (rate) => { this.rate = rate; }, place: (hour) => (this.options.place ? this.options.place(hour) : false),
      });
      this.charts = ripple.chartNames.map((name) => new ripple.Chart(name, (share) => this.seek(share * this.last())));
      this.card = new ripple.Card({
        close: () => this.choose(-1), choose: (row) => this.choose(row),
        person: this.options.person || null, startHere: this.options.startHere || null,
      });
      this.summary = ripple.make("p", { class: "summary", role: "status", "aria-live": "polite" });
      this.note = ripple.make("p", { class: "note sample" });
      this.element.append(this.bar, this.frames, this.timeline.element, this.summary,
        ripple.make("div", { class: "charts" }, ...this.charts.map((chart) => chart.element)), this.note, this.card.element);
      this.element.dataset.state = "empty";
      this.element.dataset.playing = "false";
    }

    last() {
      return this.recording ? this.recording.hours.length - 1 : 0;
    }

    // --- showing ---

    show(recording, { keepView = false, keepTime = false } = {}) {
      const before = this.recording;
      const hour = before ? this.hour() : 0;
      if (!keepTime) this.position = 0;
      this.recording = recording;
      const { users, panels } = recording;
      for (const panel of panels) panel.frames = panel.trust.length / users.n;
      this.values = panels.map(() => new Float32Array(users.n));
      this.scales();
      this.layOut();
      if (!keepView || !before || before.users.n !== users.n) {
        this.view.k = 1;
        this.view.x = this.view.y = 0;
        this.chosen = -1;
        this.way = null;
        this.card.hide();
      }
      this.timeline.load(recording);
      for (const chart of this.charts) { chart.frame = -1; chart.load(recording); }
      this.note.textContent = [recording.note,
        recording.ties.shown < recording.ties.of ? ripple.say("ties", { shown: ripple.number(recording.ties.shown), of: ripple.number(recording.ties.of) }) : ""]
        .filter(Boolean).join(" · ");
      const step = recording.hours.length > 1 ? recording.hours[1] - recording.hours[0] : 1;
      this.position = keepTime && before ? Math.min(hour / step, this.last()) : 0;
      this.drawn = true;
      if (this.chosen >= 0) this.choose(this.chosen);
      this.shown++;
      this.element.dataset.shown = String(this.shown);
      this.element.dataset.state = "ready";
      this.saySummary();
      this.paint();
      this.element.dispatchEvent(new CustomEvent("ripple-shown", { detail: { shown: this.shown } }));
    }

    // One frame for each panel, or one for the difference.
    layOut() {
      const { panels } = this.recording;
      const wanted = this.mode === "difference" && panels.length === 2 ? [null] : panels;
      if (this.pictures.length !== wanted.length) {
        this.frames.replaceChildren();
        this.pictures = wanted.map((_, k) => this.frame(k));
      }
      this.frames.dataset.count = String(wanted.length);
      this.pictures.forEach((picture, k) => {
        const panel = wanted[k];
        if (picture.morph !== (this.ringed ? 1 : 0)) picture.stale = true;
        picture.morph = this.ringed ? 1 : 0;
        picture.load(this.recording, panel || differing(panels));
        picture.isDifference = panel === null;
        picture.title.textContent = panel ? panel.title : this.differenceTitle();
        picture.frame.parentElement.dataset.side = panel ? String(k) : "both";
      });
      this.modes[2].hidden = panels.length !== 2;
    }

    differenceTitle() {
      const [left, right] = this.recording.panels;
      return ripple.say("differenceTitle", { left: left.title, right: right.title });
    }

    frame(k) {
      const box = ripple.make("div", { class: "network", role: "img", tabindex: "-1" });
      const title = ripple.make("h2", {});
      const now = ripple.make("span", { class: "mean" });
      const tip = ripple.make("div", { class: "tip", hidden: true });
      const figure = ripple.make("figure", { class: "panel" }, ripple.make("figcaption", {}, title, now), box);
      this.frames.append(figure);
      box.append(tip);
      const picture = new ripple.Picture(box, this.view);
      picture.title = title;
      picture.mean = now;
      picture.tip = tip;
      this.pointer(picture, k);
      return picture;
    }

    // Colours over all panels, so that both sides can be compared: what 98 in 100 users lie between, in whole fives.
    scales() {
      const { panels, users } = this.recording;
      const counts = new Uint32Array(201);
      for (const panel of panels) {
        for (let i = 0; i < users.n; i++) counts[panel.trust[i]]++;
        const end = panel.trust.length - users.n;
        for (let i = 0; i < users.n; i++) counts[panel.trust[end + i]]++;
      }
      const all = 2 * users.n * panels.length;
      const quantile = (share) => {
        let sum = 0;
        for (let b = 0; b < 201; b++) {
          sum += counts[b];
          if (sum >= share * all) return b / 2;
        }
        return 100;
      };
      let low = 5 * Math.floor(quantile(0.01) / 5);
      let high = 5 * Math.ceil(quantile(0.99) / 5);
      if (this.kept && this.kept.users !== users.n) this.kept = null;
      if (this.kept) { // a slider moved: the colours keep their meaning
        low = Math.min(this.kept.low, low);
        high = Math.max(this.kept.high, high);
      }
      this.kept = { ...this.kept, low, high: Math.max(high, low + 5), users: users.n };
      this.colour = {
        trust: ripple.scale("trust", this.kept.low, this.kept.high),
        change: this.around("change", (panel, at, i) => panel.trust[at + i] - panel.trust[i], panels),
        difference: panels.length === 2
          ? this.around("difference", (panel, at, i) => panel.trust[at + i] - panels[0].trust[at + i], [panels[1]]) : null,
      };
      this.drawLegend();
    }

    // A scale about 0 that 98 in 100 of the users who differ at all lie within, at the largest; a round number of points.
    around(name, difference, panels) {
      const { users } = this.recording;
      const counts = new Uint32Array(401);
      let all = 0;
      for (const panel of panels) {
        const stride = Math.max(1, Math.floor(panel.frames / 24));
        for (let frame = 0; frame < panel.frames; frame += stride) {
          for (let i = 0; i < users.n; i++) {
            const d = Math.abs(difference(panel, frame * users.n, i));
            if (d > 1) { counts[d]++; all++; }
          }
        }
      }
      let end = 0;
      for (let d = 400, above = 0; d > 0 && !end; d--) {
        above += counts[d];
        if (above > 0.02 * all) end = d / 2;
      }
      const before = this.kept[name] && this.kept.users === users.n ? this.kept[name] : 0;
      end = Math.max(before, [2, 5, 10, 20, 40].find((round) => round >= end) || 60);
      this.kept[name] = end;
      return ripple.scale(name, -end, end);
    }

    drawLegend() {
      const scale = this.colour[this.mode];
      const canvas = this.legend;
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const width = 220;
      canvas.width = width * ratio;
      canvas.height = 30 * ratio;
      const c = canvas.getContext("2d");
      c.scale(ratio, ratio);
      const bar = width - 24;
      for (let k = 0; k < bar; k++) {
        c.fillStyle = scale.css[Math.floor((k / bar) * scale.css.length)];
        c.fillRect(12 + k, 2, 1.5, 10);
      }
      c.fillStyle = ripple.inks().muted;
      c.font = "11px system-ui, sans-serif";
      c.textAlign = "center";
      for (let k = 0; k <= 4; k++) {
        const value = scale.low + ((scale.high - scale.low) * k) / 4;
        c.fillText(scale.low < 0 ? ripple.signed(value, 0) : String(Math.round(value)), 12 + (bar * k) / 4, 25);
      }
      const names = this.recording.panels.map((panel) => panel.title);
      this.legendText.textContent = ripple.say(`legend.${this.mode}`, { left: names[0], right: names[1] });
    }

    // --- pictures of one moment ---

    // Trust in points of everyone on one side at the position, straight between frames.
    fill(k) {
      const { users, panels } = this.recording;
      const { trust } = panels[k];
      const values = this.values[k];
      const first = Math.min(Math.floor(this.position), this.last());
      const second = Math.min(first + 1, this.last());
      const part = this.position - first;
      const a = first * users.n;
      const b = second * users.n;
      if (part < 1e-6) for (let i = 0; i < users.n; i++) values[i] = trust[a + i] * 0.5;
      else for (let i = 0; i < users.n; i++) values[i] = (trust[a + i] + (trust[b + i] - trust[a + i]) * part) * 0.5;
      return values;
    }

    valuesFor(k, picture) {
      const { users, panels } = this.recording;
      const values = this.fill(k);
      if (picture.isDifference) {
        const other = this.fill(1);
        for (let i = 0; i < users.n; i++) values[i] = other[i] - values[i];
      } else if (this.mode === "change") {
        const { trust } = panels[k];
        for (let i = 0; i < users.n; i++) values[i] -= trust[i] * 0.5;
      }
      return values;
    }

    paint() {
      if (!this.drawn) return;
      const hour = this.hour();
      const way = this.way || [];
      this.pictures.forEach((picture, k) => {
        const values = this.valuesFor(k, picture);
        picture.draw(values, this.colour[this.mode], this.position, {
          stories: this.stories && !picture.isDifference, chosen: this.chosen, chain: picture.isDifference ? null : way[k], moving: this.moving, marked: this.marked,
        });
        this.heading(picture, k);
      });
      this.timeline.at(this.position, hour, this.playing);
      for (const chart of this.charts) chart.at(this.position, hour);
      this.card.at(this.position);
      const frame = Math.floor(this.position + 1e-6);
      if (frame !== this.told) {
        this.told = frame;
        this.element.dataset.frame = String(frame);
        this.element.dispatchEvent(new CustomEvent("ripple-frame", { detail: { position: this.position, frame } }));
      }
    }

    heading(picture, k) {
      const frame = Math.floor(this.position + 1e-6);
      if (picture.headed === frame && picture.headedFor === this.recording) return;
      picture.headed = frame;
      picture.headedFor = this.recording;
      const { series } = this.recording.panels[picture.isDifference ? 1 : k];
      const now = 100 * series.trust[frame];
      if (picture.isDifference) {
        picture.mean.textContent = ripple.signed(now - 100 * this.recording.panels[0].series.trust[frame], 2);
        return;
      }
      picture.mean.textContent = `${ripple.points(now)} (${ripple.signed(now - 100 * series.trust[0])})`;
    }

    hour() {
      const { hours } = this.recording;
      const first = Math.min(Math.floor(this.position + 1e-9), hours.length - 1);
      const second = Math.min(first + 1, hours.length - 1);
      return hours[first] + (hours[second] - hours[first]) * (this.position - first);
    }

    // What is seen now in words, for those who do not see the picture.
    saySummary() {
      const frame = Math.floor(this.position + 1e-6);
      const { panels } = this.recording;
      const parts = panels.map((panel) => {
        const { series } = panel;
        const now = 100 * series.trust[frame];
        const by = series.heard_by_hop || {};
        const heard = ["0", "1", "2", "3+"].reduce((sum, hop) => sum + (by[hop] ? by[hop][frame] : 0), 0);
        const change = ripple.signed(now - 100 * series.trust[0]);
        return ripple.say("summary", {
          title: panel.title, trust: ripple.points(now), change: Number(change) === 0 ? ripple.say("noChange") : change,
          heard: ripple.number(heard), users: ripple.number(this.recording.users.of || this.recording.users.n),
          followers: ripple.number(series.followers[frame]), waiting: ripple.number(series.complaints_open ? series.complaints_open[frame] : 0),
        });
      });
      this.summary.textContent = `${ripple.when(this.hour())}. ${parts.join(" ")}`;
      this.pictures.forEach((picture, k) => {
        const text = picture.isDifference ? this.differenceText(frame) : parts[k];
        picture.frame.setAttribute("aria-label", ripple.say("picture", { title: picture.title.textContent, text }));
      });
    }

    differenceText(frame) {
      const { users, panels } = this.recording;
      let better = 0;
      let worse = 0;
      for (let i = 0; i < users.n; i++) {
        const d = panels[1].trust[frame * users.n + i] - panels[0].trust[frame * users.n + i];
        if (d > 1) better++;
        if (d < -1) worse++;
      }
      const mean = 100 * (panels[1].series.trust[frame] - panels[0].series.trust[frame]);
      return ripple.say("differenceText", { mean: ripple.signed(mean, 2), better: ripple.number(better), worse: ripple.number(worse) });
    }

    // --- time ---

    play() {
      if (this.playing || !this.recording) return;
      if (this.position >= this.last()) this.position = 0;
      this.playing = true;
      this.element.dataset.playing = "true";
      this.summary.setAttribute("aria-live", "off"); // nobody wants every frame read out
      this.before = null;
      requestAnimationFrame((now) => this.tick(now));
    }

    pause() {
      if (!this.playing) return;
      this.playing = false;
      this.element.dataset.playing = "false";
      this.summary.setAttribute("aria-live", "polite");
      this.saySummary();
      this.paint();
    }

    toggle() {
      if (this.playing) this.pause();
      else this.play();
    }

    tick(now) {
      if (!this.playing) return;
      const passed = this.before === null ? 0 : Math.min(0.25, (now - this.before) / 1000);
      this.before = now;
      let next = this.position + passed * this.rate;
      if (ripple.still()) { // whole frames only, a few in a second
        this.waited = (this.waited || 0) + passed;
        next = this.position;
        if (this.waited > 0.5) {
          next = Math.floor(this.position + this.waited * this.rate);
          this.waited = 0;
        }
      }
      this.position = Math.min(next, this.last());
      this.paint();
      if (this.position >= this.last()) this.pause();
      else requestAnimationFrame((then) => this.tick(then));
    }

    seek(frame) {
      if (!this.recording) return;
      this.position = Math.max(0, Math.min(this.last(), Number(frame) || 0));
      if (!this.playing) this.saySummary();
      this.paint();
    }

    step(by) {
      this.pause();
      const from = by > 0 ? Math.floor(this.position + 1e-6) : Math.ceil(this.position - 1e-6);
      this.seek(from + by);
    }

    // --- what is shown how ---

    setMode(mode) {
      if (mode === "difference" && this.recording && this.recording.panels.length !== 2) return;
      this.mode = mode;
      for (const button of this.modes) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      this.element.dataset.mode = mode;
      if (!this.recording) return;
      this.layOut();
      this.drawLegend();
      for (const picture of this.pictures) picture.headed = -1;
      this.saySummary();
      this.paint();
    }

    setStories(on) {
      this.stories = on;
      this.storyButton.setAttribute("aria-pressed", String(on));
      this.paint();
    }

    setRings(on) {
      this.ringed = on;
      this.ringButton.setAttribute("aria-pressed", String(on));
      this.element.dataset.rings = String(on);
      const from = this.pictures.map((picture) => picture.morph);
      const began = performance.now();
      const move = (now) => {
        const part = ripple.still() ? 1 : Math.min(1, (now - began) / 1000 / MORPH);
        const eased = part * part * (3 - 2 * part);
        this.pictures.forEach((picture, k) => {
          picture.morph = (from[k] || 0) + ((on ? 1 : 0) - (from[k] || 0)) * eased;
          picture.stale = true;
        });
        this.moving = part < 1;
        this.paint();
        if (part < 1) requestAnimationFrame(move);
      };
      requestAnimationFrame(move);
    }

    choose(row) {
      this.chosen = row;
      this.element.dataset.chosen = String(row);
      if (row < 0 || !this.recording || row >= this.recording.users.n) {
        this.chosen = -1;
        this.way = null;
        this.card.hide();
      } else {
        this.way = this.recording.panels.map((panel) => ripple.wayTo(this.recording.users, panel, row));
        this.card.show(this.recording, row, this.position);
        this.element.dispatchEvent(new CustomEvent("ripple-user", { detail: { row } }));
      }
      this.paint();
    }

    // Ring these users in all pictures; null: nobody.
    mark(rows) {
      this.marked = rows && rows.length ? rows : null;
      this.element.dataset.marked = String(this.marked ? this.marked.length : 0);
      this.paint();
    }

    // --- looking closer ---

    zoom(by, cx, cy) {
      const picture = this.pictures[0];
      if (!picture || !picture.width) return;
      const k = Math.max(1, Math.min(24, this.view.k * by));
      const { side } = picture;
      if (cx !== undefined) { // what is under the pointer stays there
        const ux = (cx * picture.ratio - picture.width / 2) / side;
        const uy = (cy * picture.ratio - picture.height / 2) / side;
        this.view.x += ux / this.view.k - ux / k;
        this.view.y += uy / this.view.k - uy / k;
      }
      this.view.k = k;
      this.moved();
    }

    pan(dx, dy) {
      const picture = this.pictures[0];
      const side = picture.side * this.view.k;
      this.view.x -= (dx * picture.ratio) / side;
      this.view.y -= (dy * picture.ratio) / side;
      this.moved();
    }

    fit() {
      Object.assign(this.view, { k: 1, x: 0, y: 0 });
      this.moved();
    }

    moved() {
      const most = 0.5;
      this.view.x = Math.max(-most, Math.min(most, this.view.x));
      this.view.y = Math.max(-most, Math.min(most, this.view.y));
      for (const picture of this.pictures) picture.stale = true;
      this.moving = true;
      this.element.dataset.zoom = this.view.k.toFixed(2);
      clearTimeout(this.settle);
      this.settle = setTimeout(() => { this.moving = false; this.paint(); }, 140);
      if (!this.due) {
        this.due = true;
        requestAnimationFrame(() => { this.due = false; this.paint(); });
      }
    }

    pointer(picture) {
      const box = picture.frame;
      const held = new Map();
      let moved = 0;
      box.addEventListener("pointerdown", (event) => {
        held.set(event.pointerId, [event.clientX, event.clientY]);
        moved = 0;
        box.setPointerCapture(event.pointerId);
      });
      box.addEventListener("pointermove", (event) => {
        const before = held.get(event.pointerId);
        if (!before) { this.point(picture, event); return; }
        const dx = event.clientX - before[0];
        const dy = event.clientY - before[1];
        moved += Math.abs(dx) + Math.abs(dy);
        if (held.size === 1 && moved > 4) this.pan(dx, dy);
        if (held.size === 2) this.pinch(picture, held, event);
        held.set(event.pointerId, [event.clientX, event.clientY]);
      });
      const up = (event) => {
        if (held.delete(event.pointerId) && moved <= 4 && event.type === "pointerup") {
          const edge = box.getBoundingClientRect();
          this.choose(picture.at(event.clientX - edge.left, event.clientY - edge.top));
        }
      };
      box.addEventListener("pointerup", up);
      box.addEventListener("pointercancel", up);
      box.addEventListener("pointerleave", () => this.point(picture, null));
      box.addEventListener("wheel", (event) => {
        event.preventDefault();
        const edge = box.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - edge.left, event.clientY - edge.top);
      }, { passive: false });
    }

    pinch(picture, held, event) {
      const [other] = [...held.entries()].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const [x, y] = held.get(event.pointerId);
      const before = Math.hypot(x - other[0], y - other[1]);
      const now = Math.hypot(event.clientX - other[0], event.clientY - other[1]);
      const edge = picture.frame.getBoundingClientRect();
      this.zoom(now / Math.max(before, 1), (event.clientX + other[0]) / 2 - edge.left, (event.clientY + other[1]) / 2 - edge.top);
    }

    point(picture, event) {
      if (!this.recording || !picture.px) return;
      let row = -1;
      if (event) {
        const edge = picture.frame.getBoundingClientRect();
        row = picture.at(event.clientX - edge.left, event.clientY - edge.top);
        picture.tip.style.left = `${event.clientX - edge.left}px`;
        picture.tip.style.top = `${event.clientY - edge.top}px`;
      }
      if (row === picture.hover) return;
      for (const one of this.pictures) one.hover = row; // the same user on both sides
      picture.tip.hidden = row < 0;
      picture.frame.style.cursor = row < 0 ? "grab" : "pointer";
      if (row >= 0) {
        const trust = this.recording.panels.map((panel) =>
          ripple.points(panel.trust[Math.floor(this.position + 1e-6) * this.recording.users.n + row] / 2)).join(" | ");
        picture.tip.textContent = `${ripple.say("card.title", { label: ripple.label(this.recording, row) })}: ${trust}`;
      }
      if (!this.playing) this.paint();
    }

    // --- the page around it ---

    listen() {
      const again = () => {
        if (!this.drawn) return;
        this.scales();
        for (const picture of this.pictures) picture.stale = true;
        for (const chart of this.charts) chart.draw();
        this.paint();
      };
      this.again = again;
      this.observer = new ResizeObserver(() => { cancelAnimationFrame(this.resizing); this.resizing = requestAnimationFrame(again); });
      this.observer.observe(this.frames);
      this.dark = window.matchMedia("(prefers-color-scheme: dark)");
      this.dark.addEventListener("change", again);
      this.keys = (event) => this.key(event);
      document.addEventListener("keydown", this.keys);
    }

    resize() {
      this.again();
    }

    key(event) {
      if (!this.recording || event.ctrlKey || event.metaKey || event.altKey) return;
      const inside = event.target instanceof Element ? event.target : document.body;
      if (inside.closest("input:not([type=range]), textarea, select, [contenteditable]")) return;
      const onButton = inside.closest("button, a, summary");
      const onRange = inside.closest("input[type=range]");
      const does = {
        " ": () => this.toggle(), ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), Home: () => this.seek(0),
        End: () => this.seek(this.last()), "+": () => this.zoom(1.4), "=": () => this.zoom(1.4), "-": () => this.zoom(1 / 1.4), 0: () => this.fit(),
        r: () => this.setRings(!this.ringed), s: () => this.setStories(!this.stories),
        d: () => this.setMode(this.mode === "difference" ? "trust" : "difference"), c: () => this.setMode(this.mode === "change" ? "trust" : "change"),
        Escape: () => this.choose(-1), n: () => this.act(1), p: () => this.act(-1),
      }[event.key];
      if (!does || (event.key === " " && (onButton || (onRange && !onRange.classList.contains("time"))))) return;
      if (onRange && event.key !== " " && /Arrow|Home|End/.test(event.key)) return;
      event.preventDefault();
      does();
    }

    // To the next act, or to the one before.
    act(by) {
      const frames = this.timeline.acts.map((one) => this.timeline.frameOf(one.hour));
      const at = this.position;
      const next = by > 0 ? frames.find((frame) => frame > at + 1e-6) : frames.filter((frame) => frame < at - 1e-6).pop();
      if (next !== undefined) this.seek(next);
    }

    destroy() {
      this.playing = false;
      this.observer.disconnect();
      this.dark.removeEventListener("change", this.again);
      document.removeEventListener("keydown", this.keys);
      this.element.replaceChildren();
    }
  }

  function element_classes(element) {
    element.classList.add("player");
  }

  // A panel without stories, for the difference of two.
  function differing(panels) {
    const { trust, heard, hop, from } = panels[1];
    return { trust, heard, hop, from, passages: null };
  }

  ripple.player = (element, options) => new TrustPlayer(element, options);
  window.TrustPlayer = TrustPlayer;
})();
