// Where the lanes are, and their headings: each lane has a colour, a shape and its name.

const ipclabMonitorShapes = ["■", "●", "▲", "◆", "★", "⬟", "▼", "⬢"];

// Pixels of the columns beside the lanes, and what a lane needs at least.
const ipclabMonitorColumns = {number: 64, took: 84, outcome: 188};
const ipclabMonitorNarrowest = 114;

function ipclabMonitorLanes(store) {
  const heading = ipclabElement("div", {class: "ipclab-monitor-heading"});
  const lines = ipclabElement("div", {class: "ipclab-monitor-lines", "aria-hidden": "true"});
  const titles = {
    number: ipclabElement("span", {class: "ipclab-monitor-number"}, "#"),
    took: ipclabElement("span", {class: "ipclab-monitor-took"}, "took"),
    outcome: ipclabElement("span", {class: "ipclab-monitor-outcome"}, "outcome"),
  };
  const chips = ipclabElement("div", {class: "ipclab-monitor-lanes"});
  heading.append(titles.number, chips, titles.took, titles.outcome);
  let drawn = "";
  const lanes = {
    heading,
    lines,
    width: 0, // of the whole content
    inner: 0, // of the lanes' column
    centres: new Map(),
    key: "",
    // Lay out for a scroller that is `room` pixels wide; returns whether anything has moved.
    layOut(room) {
      const names = store.lanes;
      const beside = ipclabMonitorColumns.number + ipclabMonitorColumns.took + ipclabMonitorColumns.outcome;
      lanes.width = Math.max(room, beside + 40 + names.length * ipclabMonitorNarrowest);
      const key = `${lanes.width} ${names.join()} ${store.mainBlocked}`;
      if (key === drawn) return false;
      drawn = lanes.key = key;
      lanes.inner = lanes.width - beside;
      const edge = 78; // half of the widest heading, and a little
      const gap = names.length > 1 ? (lanes.inner - 2 * edge) / (names.length - 1) : 0;
      const middle = names.length > 1 ? edge : lanes.inner / 2;
      lanes.centres = new Map(names.map((name, place) => [name, Math.round(middle + place * gap)]));
      draw(names, names.length > 1 && gap < 130 ? "main" : "main process");
      return true;
    },
  };

  function draw(names, main) {
    heading.style.width = `${lanes.width}px`;
    chips.replaceChildren(...names.map((name, place) => {
      const blocked = name === "main" && store.mainBlocked ? " (blocked)" : "";
      const title = name === "main" ? `${main}${blocked}` : name;
      const shape = ipclabElement("span", {class: "ipclab-monitor-shape", "aria-hidden": "true"});
      shape.textContent = ipclabMonitorShapes[place % ipclabMonitorShapes.length];
      const chip = ipclabElement("span", {class: "ipclab-monitor-lane", "data-lane": place % 8}, shape, ` ${title}`);
      chip.style.left = `${lanes.centres.get(name)}px`;
      return chip;
    }));
    lines.replaceChildren(...names.map((name, place) => {
      const line = ipclabElement("span", {"data-lane": place % 8});
      line.style.left = `${ipclabMonitorColumns.number + lanes.centres.get(name)}px`;
      return line;
    }));
  }
  return lanes;
}
