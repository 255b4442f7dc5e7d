// What is known of one user: trust over time on both sides, who told it what, and its ledger (where there is a server).
"use strict";
(function () {
  const NEVER = 65535;

  // The way of the news to a user, from the one who met it: rows, first to last.
  ripple.wayTo = function (users, panel, row) {
    const way = [row];
    let at = row;
    while (panel.hop[at] > 0 && panel.hop[at] !== 255 && way.length < 40) {
      const teller = panel.from[at];
      if (teller >= users.n || way.includes(teller)) break;
      way.push(teller);
      at = teller;
    }
    return way.reverse();
  };

  ripple.label = (recording, row) => (recording.users.label ? String(recording.users.label[row]) : String(row));

  // Why an entry of the ledger is there: what it was, and how it came; of several, all.
  function why(entry) {
    const all = (told) => told.map((one) => ripple.say(one.key, one.values)).reduce((one, other) => ripple.say("ledger.and", { one, other }));
    return entry.hows.length ? ripple.say("ledger.line", { cause: all(entry.causes), how: all(entry.hows) }) : all(entry.causes);
  }

  class Card {
    // does: {close, choose(row), person(row, panel) -> Promise or null, startHere(row) or null}
    constructor(does) {
      this.does = does;
      this.element = ripple.make("aside", { class: "card", hidden: true, "aria-live": "off" });
    }

    hide() {
      this.element.hidden = true;
      this.row = -1;
    }

    show(recording, row, position) {
      const say = ripple.say;
      const { users, hours } = recording;
      this.row = row;
      this.recording = recording;
      this.seen = -1;
      this.element.hidden = false;
      const name = ripple.label(recording, row);
      this.spark = ripple.make("canvas", { class: "spark", role: "img", "aria-label": say("card.chart") });
      this.now = ripple.make("p", { class: "now" });
      this.sides = recording.panels.map((panel) => {
        const values = new Float32Array(hours.length);
        for (let t = 0; t < hours.length; t++) values[t] = panel.trust[t * users.n + row] / 2;
        return values;
      });
      this.element.replaceChildren(
        ripple.make("header", {},
          ripple.make("h2", {}, say("card.title", { label: name })),
          ripple.make("button", { type: "button", class: "icon close", "aria-label": say("card.close"), onclick: () => this.does.close() }, "×")),
        ripple.make("p", { class: "note" }, say("card.ties", { count: users.degree[row], community: users.community[row] + 1 })),
        this.now, this.spark,
        ...recording.panels.map((panel, k) => this.side(recording, panel, k, row)),
        this.does.startHere ? ripple.make("button", { type: "button", class: "start-here", onclick: () => this.does.startHere(row) }, say("card.startHere")) : null,
      );
      this.at(position);
    }

    side(recording, panel, k, row) {
      const say = ripple.say;
      const { users, hours } = recording;
      const box = ripple.make("section", { class: `side side-${k}` }, ripple.make("h3", {}, panel.title));
      const user = (other) =>
        other < users.n
          ? ripple.make("button", { type: "button", class: "link", onclick: () => this.does.choose(other) }, say("card.title", { label: ripple.label(recording, other) }))
          : "?";
      if (panel.heard[row] === NEVER) {
        box.append(ripple.make("p", {}, say("card.never")));
      } else if (panel.hop[row] === 0) {
        box.append(ripple.make("p", {}, say("card.met", { day: ripple.day(hours[panel.heard[row]]) })));
      } else {
        const told = { day: ripple.day(hours[panel.heard[row]]), hop: panel.hop[row] };
        const text = say(panel.from[row] < users.n ? "card.heard" : "card.heardUnknown", told).split("{teller}");
        box.append(ripple.make("p", {}, text[0], text.length > 1 ? user(panel.from[row]) : null, text[1] || null));
        const way = ripple.wayTo(users, panel, row);
        if (way.length > 2) {
          const steps = way.flatMap((other, step) => (step ? [" → ", user(other)] : [user(other)]));
          box.append(ripple.make("p", { class: "way" }, say("card.chain"), ": ", ...steps));
        }
      }
      let told = 0;
      for (let i = 0; i < users.n; i++) if (panel.from[i] === row) told++;
      if (told) box.append(ripple.make("p", {}, say("card.told", { count: told })));
      if (this.does.person) {
        const ledger = ripple.make("div", { class: "ledger" }, ripple.make("p", { class: "note" }, say("card.ledgerWait")));
        box.append(ledger);
        this.does.person(row, k).then((answer) => {
          if (this.row === row && answer) ledger.replaceChildren(...this.ledger(answer));
          else ledger.replaceChildren();
        });
      }
      return box;
    }

    // answer: {entries: [{hour, causes: [{key, values}], hows, points}], total, own, shown}
    ledger(answer) {
      const say = ripple.say;
      const rows = answer.entries.map((entry) =>
        ripple.make("tr", {},
          ripple.make("td", {}, entry.hour === null ? "" : ripple.when(entry.hour)),
          ripple.make("td", {}, why(entry)),
          ripple.make("td", { class: "number" }, ripple.signed(entry.points, 2))));
      rows.push(ripple.make("tr", { class: "total" }, ripple.make("td", {}), ripple.make("td", {}, say("card.ledgerTotal")),
        ripple.make("td", { class: "number" }, ripple.signed(answer.total, 2))));
      return [
        ripple.make("table", {}, ripple.make("caption", {}, say("card.ledger")), ripple.make("tbody", {}, ...rows)),
        ripple.make("p", { class: "note" }, say("card.shown", { own: ripple.points(answer.own), shown: ripple.points(answer.shown) })),
      ];
    }

    at(position) {
      if (this.element.hidden || this.row < 0) return;
      const frame = Math.floor(position + 1e-6);
      if (frame === this.seen) return;
      this.seen = frame;
      this.now.replaceChildren(...this.sides.flatMap((values, k) => [
        ripple.make("span", { class: `side-${k}` }, `${this.recording.panels[k].title}: `, ripple.make("b", {}, ripple.points(values[frame])))]));
      ripple.spark(this.spark, this.sides, this.recording.hours, position);
    }
  }

  ripple.Card = Card;
})();
