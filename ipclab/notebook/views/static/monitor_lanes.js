// Where the lanes are, and their headings: each lane has a colour, a shape and its name.

const ipclabMonitorShapes = ["■", "●", "▲", "◆", "★", "⬟", "▼", "⬢"];

// Pixels, as in monitor.css: the columns beside the lanes, from one lane to the next at least, and half of the widest
// heading and a little. In a narrow view the time stands below the outcome.
const ipclabMonitorWide = {number: 64, took: 84, outcome: 188, gap: 114, edge: 78};
const ipclabMonitorNarrow = {number: 50, took: 0, outcome: 98, gap: 92, edge: 50};
const ipclabMonitorNarrowBelow = 720;

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
    narrow: false,
    centres: new Map(),
    key: "",
    // Lay out for a scroller that is `room` pixels wide; returns whether anything has moved.
    layOut(room) {
      const names = store.lanes;
      lanes.narrow = room < ipclabMonitorNarrowBelow;
      const {number, took, outcome, gap: narrowest, edge} = lanes.narrow ? ipclabMonitorNarrow : ipclabMonitorWide;
      const beside = number + took + outcome;
      lanes.width = Math.max(room, beside + 2 * edge + (names.length - 1) * narrowest);
      const key = `${lanes.width} ${names.join()} ${store.mainBlocked}`;
      if (key === drawn) return false;
      drawn = lanes.key = key;
      lanes.inner = lanes.width - beside;
      const gap = names.length > 1 ? (lanes.inner - 2 * edge) / (names.length - 1) : 0;
      const middle = names.length > 1 ? edge : lanes.inner / 2;
      lanes.centres = new Map(names.map((name, place) => [name, Math.round(middle + place * gap)]));
      draw(names, number, names.length > 1 && gap < 130 ? "main" : "main process");
      return true;
    },
    // The part of the lanes' column that is in sight: [from, to].
    inSight(room, scrolled) {
      const {number, outcome} = lanes.narrow ? ipclabMonitorNarrow : ipclabMonitorWide;
      return [scrolled, Math.min(lanes.inner, scrolled + room - number - outcome)];
    },
  };

  function draw(names, before, main) {
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
      line.style.left = `${before + lanes.centres.get(name)}px`;
      return line;
    }));
  }
  return lanes;
}
