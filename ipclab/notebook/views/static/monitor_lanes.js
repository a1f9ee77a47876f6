// Where the lanes are, and their headings: each lane has a colour, a shape and its name.

const ipclabMonitorShapes = ["■", "●", "▲", "◆", "★", "⬟", "▼", "⬢"];

// Pixels: the columns beside the lanes, as in monitor.css; from one lane to the next at least; before the first and
// behind the last, for half of their headings; and a further digit. In a narrow view the time is below the outcome.
const ipclabMonitorWide = {number: 64, took: 84, outcome: 188, gap: 114, first: 78, last: 78, digit: 9};
const ipclabMonitorNarrow = {number: 46, took: 0, outcome: 96, gap: 90, first: 32, last: 46, digit: 8};
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
      const sizes = lanes.narrow ? ipclabMonitorNarrow : ipclabMonitorWide;
      const {number, first} = sizes;
      const beside = number + sizes.took + sizes.outcome;
      const longer = Math.max(0, names.at(-1).length - "renderer 1".length) * sizes.digit;
      const edges = first + sizes.last + longer / 2;
      lanes.width = Math.max(room, beside + edges + (names.length - 1) * (sizes.gap + longer));
      const key = `${lanes.width} ${names.join()} ${store.mainBlocked}`;
      if (key === drawn) return false;
      drawn = lanes.key = key;
      lanes.inner = lanes.width - beside;
      const gap = names.length > 1 ? (lanes.inner - edges) / (names.length - 1) : 0;
      const middle = names.length > 1 ? first : lanes.inner / 2;
      lanes.centres = new Map(names.map((name, place) => [name, Math.round(middle + place * gap)]));
      draw(names, number, lanes.narrow || (names.length > 1 && gap < 130) ? "main" : "main process");
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
      const title = name === "main" ? `${main}${blocked}` : name.replace(" ", "\u00a0");
      const shape = ipclabElement("span", {class: "ipclab-monitor-shape", "aria-hidden": "true"});
      shape.textContent = ipclabMonitorShapes[place % ipclabMonitorShapes.length];
      const chip = ipclabElement("span", {class: "ipclab-monitor-lane", "data-lane": place % 8});
      chip.append(shape, `\u00a0${title}`);
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
