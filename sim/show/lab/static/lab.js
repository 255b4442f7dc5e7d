// The page of the lab: asks the server for runs, shows them in the player, and keeps what was changed by hand.
"use strict";
(function () {
  const start = JSON.parse(document.body.dataset.start);
  delete document.body.dataset.start;
  const session = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

  async function ask(path, body, headers = {}) {
    const answer = await fetch(`/api/${path}`, {
      method: "POST",
      body: body instanceof Blob ? body : JSON.stringify(body),
      headers: { "x-ripple-token": start.token, "x-ripple-session": session, ...headers },
    });
    if (answer.ok) return answer;
    if (answer.status === 409) return null; // something newer was asked for
    const type = answer.headers.get("content-type") || "";
    const told = type.startsWith("application/json") ? await answer.json() : { problem: await answer.text() };
    throw Object.assign(new Error(told.problem || answer.statusText), { told: true });
  }

  class Lab {
    constructor() {
      this.ask = { scenario: start.scenario, seed: 1, settings: {}, acts: [] };
      this.past = [];
      this.build();
      this.open(this.ask);
    }

    build() {
      const say = ripple.say;
      const select = (id, label, onchange) => {
        const box = ripple.make("select", { id, onchange });
        return [ripple.make("div", { class: "field" }, ripple.make("label", { for: id }, label), box), box];
      };
      const scenario = select("scenario", say("lab.scenario"), () => this.open({ scenario: this.scenario.value, seed: this.ask.seed, settings: {}, acts: [] }));
      this.scenario = scenario[1];
      this.scenario.append(...start.library.map((one) => ripple.make("option", { value: one.name }, one.title)));
      const left = select("left", say("lab.left"), () => this.sides(0));
      const right = select("right", say("lab.right"), () => this.sides(1));
      this.left = left[1];
      this.right = right[1];
      this.title = ripple.make("h1", {});
      this.question = ripple.make("p", { class: "question" });
      this.problem = ripple.make("div", { class: "problem", role: "alert", hidden: true });
      this.status = ripple.make("span", { class: "status", role: "status" });
      this.hint = ripple.make("p", { class: "hint", role: "status", hidden: true });
      this.text = ripple.make("textarea", { class: "as-file", readonly: true, hidden: true, rows: 14, "aria-label": say("lab.copy") });
      this.network = ripple.make("p", { class: "network-name", hidden: true });
      this.controls = new ripple.Controls((key, value) => this.set(key, value));
      this.acts = new ripple.Acts({
        add: (act) => this.change({ acts: [...(this.ask.acts || []), act] }),
        remove: (k) => this.change({ acts: this.ask.acts.filter((_, i) => i !== k) }),
        start: (where) => this.change({ start: where }),
        placing: (words) => { this.hint.textContent = words; this.hint.hidden = !words; this.main.classList.toggle("placing", Boolean(words)); },
        now: () => this.player.hour(),
      });
      this.files = new ripple.Files((name, blob) => this.upload(name, blob));
      const button = (name, text, act, title) => ripple.make("button", { type: "button", class: name, onclick: act, title }, text);
      this.undoButton = button("undo", say("lab.undo"), () => this.undo());
      this.resetButton = button("reset", say("lab.reset"), () => this.change({ settings: {}, acts: [], start: null, network: null }));
      this.copyButton = button("copy", say("lab.copy"), () => this.copy());
      this.shareButton = button("share", say("lab.share"), () => this.share(), say("lab.shareHelp"));
      this.seed = ripple.make("input", { type: "number", id: "seed", min: 0, max: 2147483647, step: 1, value: 1, title: say("lab.seedHelp"),
        onchange: () => this.change({ seed: Math.max(0, Math.round(Number(this.seed.value)) || 0) }) });
      this.stage = ripple.make("div", { class: "stage" });
      this.classroom = new ripple.Classroom(start, {
        view: () => ({ ask: this.ask, frame: Math.floor(this.player.position), playing: this.player.playing, mode: this.player.mode }),
        follow: (view) => this.follow(view),
        stopFollowing: () => { if (this.own) { const own = this.own; this.own = null; this.open(own); } },
      });
      this.lessons = new ripple.Lessons({
        player: () => this.player, classroom: this.classroom, ended: () => this.renew({ view: true }),
        fetch: async (asked) => {
          try {
            const answer = await ask("lesson", asked);
            return answer && ripple.frames.decode(await answer.arrayBuffer());
          } catch (problem) {
            this.complain(problem.told ? problem.message : ripple.say("lab.gone"));
            return null;
          }
        },
      });
      this.side = ripple.make("details", { class: "what-if", open: true },
        ripple.make("summary", {}, say("lab.whatIf")),
        ripple.make("div", { class: "panel-body" },
          ripple.make("p", { class: "note" }, say("lab.same")),
          this.controls.element, this.acts.element,
          ripple.make("div", { class: "luck" }, ripple.make("label", { for: "seed" }, say("lab.seed")), this.seed),
          ripple.make("div", { class: "buttons" }, this.undoButton, this.resetButton, this.copyButton, this.shareButton),
          this.network, this.text, start.role === "student" ? null : this.files.element));
      this.main = ripple.make("main", {},
        ripple.make("header", { class: "head" },
          ripple.make("div", { class: "fields" }, scenario[0], left[0], right[0], this.lessons.open, this.lessons.switch, this.status),
          this.title, this.question),
        this.problem, this.hint, this.lessons.element,
        ripple.make("div", { class: "bench" }, this.stage, ripple.make("aside", { class: "side" }, this.classroom.element, this.side)));
      document.body.append(this.main, this.files.veil);
      if (window.innerWidth < 900) this.side.open = false;
      this.player = new TrustPlayer(this.stage, {
        person: (row, side) => this.person(row, side),
        startHere: (row) => this.change({ start: { user: ripple.label(this.player.recording, row) } }),
        place: (hour) => this.acts.place(hour),
      });
      this.main.dataset.state = "loading";
      document.addEventListener("keydown", (event) => {
        if (event.key === "z" && (event.ctrlKey || event.metaKey) && !event.target.closest("input[type=text], textarea")) {
          event.preventDefault();
          this.undo();
        }
      });
    }

    // --- what is asked for ---

    // Another scenario, or the same from the beginning.
    async open(wanted, keep = {}) {
      this.past = keep.past || [];
      this.ask = wanted;
      this.about = null;
      await this.renew(keep);
    }

    // Something was changed by hand; it can be undone.
    change(part, { again = false } = {}) {
      if (!again) this.past.push(this.ask);
      if (this.past.length > 100) this.past.shift();
      this.ask = { ...this.ask, ...part };
      return this.renew({ view: true, time: true });
    }

    // While a slider is held, the changes are one step to undo.
    set(key, value) {
      const settings = { ...this.ask.settings };
      if (value === null) delete settings[key];
      else settings[key] = value;
      const now = performance.now();
      const again = this.lastKey === key && now - this.lastSet < 1500;
      this.lastKey = key;
      this.lastSet = now;
      this.change({ settings }, { again });
    }

    sides(which) {
      const read = (box) => ({ arm: box.value.replace(/^[aq]:/, ""), quiet: box.value.startsWith("q:") });
      this.lastKey = null;
      void which;
      this.change({ sides: [read(this.left), read(this.right)] });
    }

    undo() {
      if (!this.past.length) return;
      this.lastKey = null;
      this.ask = this.past.pop();
      this.renew({ view: true, time: true });
    }

    // Ask the server for what is wanted now; while it works, later wishes wait, and only the last one is asked.
    async renew(keep) {
      this.lessons.close();
      this.keep = { view: keep.view, time: keep.time, play: keep.play, frame: keep.frame };
      this.showState();
      if (this.busy) {
        this.again = true;
        return;
      }
      this.busy = true;
      do {
        this.again = false;
        const wanted = this.ask;
        const kept = this.keep;
        try {
          await this.run(wanted, kept);
          this.complain(null);
        } catch (problem) {
          this.complain(problem.told ? problem.message : ripple.say("lab.gone"));
          if (!problem.told && window.console) console.warn(problem);
        }
      } while (this.again);
      this.busy = false;
      this.main.dataset.state = this.problem.hidden ? "ready" : "problem";
    }

    async run(wanted, kept) {
      const began = performance.now();
      this.main.dataset.state = "running";
      const needsAbout = !this.about || this.aboutFor !== `${wanted.scenario} ${JSON.stringify(wanted.sides || null)}`;
      const [about, answer] = await Promise.all([
        needsAbout ? ask("about", { scenario: wanted.scenario, sides: wanted.sides }).then((one) => one && one.json()) : this.about,
        ask("run", wanted),
      ]);
      if (about && about !== this.about) {
        this.about = about;
        this.aboutFor = `${wanted.scenario} ${JSON.stringify(wanted.sides || null)}`;
      }
      if (!answer) return;
      const recording = ripple.frames.decode(await answer.arrayBuffer());
      this.player.show(recording, { keepView: kept.view, keepTime: kept.time });
      if (kept.frame !== undefined) this.player.seek(kept.frame);
      this.main.dataset.ms = (performance.now() - began).toFixed(1);
      this.main.dataset.serverMs = answer.headers.get("x-ripple-ms") || "";
      this.main.dataset.runs = String(Number(this.main.dataset.runs || 0) + 1);
      this.status.textContent = "";
      this.showState();
    }

    // --- what the page shows around the player ---

    showState() {
      const about = this.about;
      this.undoButton.disabled = !this.past.length;
      const { settings, acts, start: where, network } = this.ask;
      this.resetButton.disabled = !(Object.keys(settings || {}).length || (acts || []).length || where || network);
      this.seed.value = String(this.ask.seed);
      this.main.dataset.changes = String(Object.keys(settings || {}).length + (acts || []).length + (where ? 1 : 0));
      this.network.hidden = !network;
      if (network) {
        this.network.replaceChildren(ripple.say("lab.network", { name: this.networkNames.get(network) || network }), " ",
          ripple.make("button", { type: "button", class: "link", onclick: () => this.change({ network: null }) }, ripple.say("lab.networkBack")));
      }
      if (!about) return;
      this.title.textContent = about.title;
      this.question.textContent = about.question;
      document.title = ripple.say("lab.pageTitle", { title: about.title });
      if (![...this.scenario.options].some((one) => one.value === this.ask.scenario)) {
        this.scenario.prepend(ripple.make("option", { value: this.ask.scenario }, about.title));
      }
      this.scenario.value = this.ask.scenario;
      const options = about.arms.flatMap((arm) => [["a:" + arm.name, arm.title]]).concat(
        about.arms.map((arm) => ["q:" + arm.name, about.arms.length > 1 ? ripple.say("lab.withoutFor", { arm: arm.title }) : ripple.say("lab.without")]));
      for (const [box, side] of [[this.left, 0], [this.right, 1]]) {
        const signature = JSON.stringify(options);
        if (box.dataset.options !== signature) {
          box.replaceChildren(...options.map(([value, text]) => ripple.make("option", { value }, text)));
          box.dataset.options = signature;
        }
        const shown = (this.ask.sides || about.sides)[side];
        box.value = (shown.quiet ? "q:" : "a:") + shown.arm;
      }
      this.controls.load(about.controls, settings || {});
      this.acts.load(about, this.ask);
      this.lessons.load(about, this.ask);
    }

    complain(text) {
      this.problem.hidden = !text;
      this.problem.replaceChildren();
      if (!text) return;
      this.problem.append(ripple.make("strong", {}, ripple.say("lab.problem")), ripple.make("pre", {}, text),
        ripple.make("button", { type: "button", onclick: () => { this.complain(null); this.main.dataset.state = "ready"; } }, ripple.say("lab.dismiss")));
    }

    async person(row, side) {
      try {
        const answer = await ask("person", { ask: this.ask, row, side }, { "x-ripple-session": `${session}${side}` });
        return answer ? answer.json() : null;
      } catch {
        return null;
      }
    }

    async upload(name, blob) {
      this.main.dataset.upload = "running";
      try {
        const answer = await ask("upload", blob, { "x-ripple-name": encodeURIComponent(name), "content-type": "application/octet-stream" });
        const told = await answer.json();
        if (told.kind === "scenario") await this.open({ scenario: told.id, seed: this.ask.seed, settings: {}, acts: [] });
        else {
          this.networkNames.set(told.id, told.name);
          await this.change({ network: told.id, start: null });
        }
        this.main.dataset.upload = "done";
      } catch (problem) {
        this.complain(problem.told ? problem.message : ripple.say("lab.gone"));
        this.main.dataset.upload = "refused";
      }
    }

    async copy() {
      try {
        const answer = await ask("scenario-file", this.ask);
        const text = await answer.text();
        this.text.value = text;
        this.main.dataset.copied = String(text.length);
        try {
          await navigator.clipboard.writeText(text);
          this.status.textContent = ripple.say("lab.copied");
        } catch {
          this.status.textContent = ripple.say("lab.copyFailed");
        }
        this.text.hidden = false;
      } catch (problem) {
        this.complain(problem.told ? problem.message : ripple.say("lab.gone"));
      }
    }

    async share() {
      try {
        const answer = await ask("share", this.ask);
        const text = await answer.text();
        this.main.dataset.shared = String(text.length);
        ripple.save(`${this.about.name}.html`, text, "text/html");
      } catch (problem) {
        this.complain(problem.told ? problem.message : ripple.say("lab.gone"));
      }
    }

    // The teacher's page shows what a student sees.
    follow(view) {
      if (!view.ask) return;
      if (!this.own) this.own = this.ask;
      const same = JSON.stringify(view.ask) === JSON.stringify(this.ask);
      if (view.mode && view.mode !== this.player.mode) this.player.setMode(view.mode);
      if (same && !this.busy) this.player.seek(view.frame || 0);
      else this.open(view.ask, { view: true, frame: view.frame || 0 });
    }
  }

  Lab.prototype.networkNames = new Map();
  window.lab = new Lab();
})();
