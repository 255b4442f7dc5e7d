// Acts that are put on the line of time by a click, and where the story starts.
"use strict";
(function () {
  class Acts {
    // does: {add(act), remove(index), start(start or null), placing(words or "")}
    constructor(does) {
      const say = ripple.say;
      this.does = does;
      this.kind = ripple.make("select", { id: "add-kind" });
      this.side = ripple.make("select", { id: "add-side", "aria-label": say("lab.addWhere") },
        ripple.make("option", { value: "both" }, say("lab.both")), ripple.make("option", { value: "0" }, say("lab.left")), ripple.make("option", { value: "1" }, say("lab.right")));
      this.button = ripple.make("button", { type: "button", "aria-pressed": "false", class: "add", title: say("lab.addHelp"), onclick: () => this.arm(!this.armed) }, say("lab.add"));
      this.list = ripple.make("ul", { class: "added" });
      this.startText = ripple.make("span", { class: "start-text" });
      this.hub = ripple.make("button", { type: "button", class: "hub", onclick: () => does.start({ hub: true }) }, say("lab.hub"));
      this.everywhere = ripple.make("button", { type: "button", class: "everywhere", hidden: true, onclick: () => does.start(null) }, say("lab.everywhere"));
      this.element = ripple.make("div", { class: "acting" },
        ripple.make("div", { class: "adding" }, this.kind, this.side, this.button), this.list,
        ripple.make("div", { class: "starting" }, this.startText, this.hub, this.everywhere));
      this.kind.setAttribute("aria-label", say("lab.add"));
      document.addEventListener("keydown", (event) => {
        if (!this.armed) return;
        if (event.key === "Escape") this.arm(false);
        if (event.key === "Enter" && event.target !== this.button) {
          event.preventDefault();
          this.place(this.does.now());
        }
      }, true);
    }

    load(about, ask) {
      const signature = JSON.stringify(about.kinds);
      if (signature !== this.signature) {
        this.signature = signature;
        this.kind.replaceChildren(...about.kinds.map((kind) => ripple.make("option", { value: kind.kind }, kind.words)));
        this.kind.value = about.kinds.some((kind) => kind.kind === "apology") ? "apology" : about.kinds[0].kind;
        this.kinds = new Map(about.kinds.map((kind) => [kind.kind, kind]));
      }
      this.list.replaceChildren(...(ask.acts || []).map((act, k) =>
        ripple.make("li", {}, `${this.words(act.act)}, ${ripple.when(act.at)} (${ripple.say(act.side === 0 ? "lab.left" : act.side === 1 ? "lab.right" : "lab.both")}) `,
          ripple.make("button", { type: "button", class: "link", onclick: () => this.does.remove(k) }, ripple.say("lab.remove")))));
      const start = ask.start;
      this.startText.textContent = start ? `${ripple.say("lab.startAt")} ${start.hub ? ripple.say("lab.startHub") : ripple.say("lab.startUser", { label: start.user })}.` : "";
      this.everywhere.hidden = !start;
      this.hub.hidden = Boolean(start && start.hub);
    }

    words(kind) {
      const known = this.kinds && this.kinds.get(kind);
      return known ? known.words : kind;
    }

    arm(on) {
      this.armed = on;
      this.button.setAttribute("aria-pressed", String(on));
      this.does.placing(on ? ripple.say("lab.placing", { act: this.words(this.kind.value) }) : "");
    }

    // The line of time was clicked; true when that put an act there.
    place(hour) {
      if (!this.armed) return false;
      this.arm(false);
      const side = this.side.value;
      this.does.add({ act: this.kind.value, at: Math.round(hour * 4) / 4, side: side === "both" ? "both" : Number(side) });
      return true;
    }
  }

  ripple.Acts = Acts;
})();
