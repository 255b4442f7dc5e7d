// A class: the teacher sees who is there and can show what one student sees; a student says what it sees.
"use strict";
(function () {
  class Classroom {
    // start: what the page was told; does: {view(), follow(view) , stopFollowing()}
    constructor(start, does) {
      this.role = start.role;
      this.does = does;
      this.element = ripple.make("section", { class: `classroom ${start.role}` });
      if (start.role === "alone") return;
      const scheme = location.protocol === "https:" ? "wss" : "ws";
      this.socket = new WebSocket(`${scheme}://${location.host}/ws?token=${encodeURIComponent(start.token)}`);
      this.socket.addEventListener("message", (event) => this.hear(JSON.parse(event.data)));
      this.socket.addEventListener("open", () => { this.element.dataset.connected = "true"; this.sent = ""; this.tell(); });
      if (start.role === "teacher") this.teacher(start);
      else this.student();
      setInterval(() => this.tell(), 400);
    }

    teacher(start) {
      const say = ripple.say;
      this.count = ripple.make("p", { class: "count" }, say("classroom.students", { count: 0 }));
      this.list = ripple.make("ul", { class: "students" });
      this.banner = ripple.make("p", { class: "banner", hidden: true });
      this.element.append(
        ripple.make("div", { class: "way-in" },
          ripple.make("img", { src: "/class/qr.svg", alt: `http://${start.address}`, width: 140, height: 140 }),
          ripple.make("p", {}, say("classroom.address"), ripple.make("br"), ripple.make("strong", {}, `http://${start.address}`))),
        this.count, this.list, this.banner);
    }

    student() {
      const say = ripple.say;
      this.name = ripple.make("input", { type: "text", maxlength: 40, id: "own-name", autocomplete: "off" });
      this.banner = ripple.make("p", { class: "banner", hidden: true }, say("classroom.shownToAll"));
      this.element.append(
        ripple.make("form", { onsubmit: (event) => { event.preventDefault(); this.send({ type: "name", name: this.name.value }); this.name.blur(); } },
          ripple.make("label", { for: "own-name" }, say("classroom.name")), " ", this.name, " ", ripple.make("button", { type: "submit" }, say("classroom.join"))),
        this.banner);
    }

    hear(message) {
      const say = ripple.say;
      if (message.type === "students" && this.list) {
        this.count.textContent = message.students.length === 1 ? say("classroom.one") : say("classroom.students", { count: message.students.length });
        this.element.dataset.students = String(message.students.length);
        this.list.replaceChildren(...message.students.map((one) =>
          ripple.make("li", {}, one.name, " ",
            ripple.make("button", { type: "button", "aria-pressed": String(one.id === message.shown), onclick: () => this.send({ type: "show", id: one.id }) }, say("classroom.show")))));
        if (!message.shown && this.following) this.stop();
      } else if (message.type === "view") {
        this.following = true;
        this.banner.hidden = false;
        this.banner.replaceChildren(say("classroom.showing", { name: message.name }), " ",
          ripple.make("button", { type: "button", onclick: () => { this.send({ type: "show", id: null }); this.stop(); } }, say("classroom.stop")));
        this.does.follow(message);
      } else if (message.type === "votes") {
        this.given = { ...this.given, [message.scenario]: message.votes };
        for (const tell of this.told || []) tell();
      } else if (message.type === "shown") {
        this.banner.hidden = !message.on;
        this.element.dataset.shown = String(message.on);
      }
    }

    // Predictions of the whole class for the lesson of a scenario; null outside of a class.
    votes(scenario) {
      if (!this.socket) return null;
      this.lesson = scenario;
      this.given = this.given || {};
      this.told = [];
      this.send({ type: "lesson", scenario });
      return {
        give: (step, value) => this.send({ type: "vote", scenario, step, value }),
        all: (step) => (this.given[scenario] || {})[step] || [],
        subscribe: (tell) => this.told.push(tell),
      };
    }

    stop() {
      this.following = false;
      this.banner.hidden = true;
      this.does.stopFollowing();
    }

    send(message) {
      if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
    }

    // A student's page says what it sees, when that changed.
    tell() {
      if (this.role !== "student" || !this.socket || this.socket.readyState !== WebSocket.OPEN) return;
      const view = this.does.view();
      const text = JSON.stringify(view);
      if (text === this.sent) return;
      this.sent = text;
      this.send({ type: "view", ...view });
    }
  }

  ripple.Classroom = Classroom;
})();
