// Files that are dropped on the page or chosen; and the scenario as a file, to take along.
"use strict";
(function () {
  class Files {
    // take(name, blob)
    constructor(take) {
      const say = ripple.say;
      this.input = ripple.make("input", { type: "file", id: "file", class: "file", accept: ".yaml,.yml,.csv,.tsv,.txt,.edges,.edgelist,.dat",
        onchange: () => { for (const file of this.input.files) take(file.name, file); this.input.value = ""; } });
      this.element = ripple.make("p", { class: "drop note" }, say("lab.drop"), " ",
        ripple.make("label", { for: "file", class: "choose" }, say("lab.choose")), this.input);
      this.veil = ripple.make("div", { class: "veil", hidden: true }, say("lab.dropNow"));
      let depth = 0;
      const over = (on) => { this.veil.hidden = !on; };
      window.addEventListener("dragenter", (event) => { event.preventDefault(); depth++; over(true); });
      window.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); if (!depth) over(false); });
      window.addEventListener("dragover", (event) => event.preventDefault());
      window.addEventListener("drop", (event) => {
        event.preventDefault();
        depth = 0;
        over(false);
        for (const file of event.dataTransfer.files) take(file.name, file);
      });
    }
  }

  ripple.Files = Files;

  // Save a text or bytes as a file of a name.
  ripple.save = function (name, content, type) {
    const url = URL.createObjectURL(new Blob([content], { type }));
    const link = ripple.make("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };
})();
