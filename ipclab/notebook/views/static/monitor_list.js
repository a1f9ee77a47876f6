// The messages as a listbox of which only the rows in sight are in the page, however many there are.

const ipclabMonitorRowHeight = 42;
const ipclabMonitorArrowY = 29;
let ipclabMonitorLists = 0;

const ipclabMonitorSymbols = {
  delivered: "✓", pending: "⋯", unheard: "○", refused: "⊘", rejected: "✗", lost: "╳",
};

function ipclabMonitorTime(seconds) {
  if (seconds < 0) return "0 ms";
  if (seconds < 0.0995) return `${(seconds * 1000).toFixed(seconds < 0.00995 ? 2 : 1)} ms`;
  return seconds < 0.9995 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
}

// `play.shown` are the numbers to show; `open(number)`, `close()` (returns whether anything was open) and `jump()`
// are called for keys, `chosen(number)` when another row is, `wanted(numbers)` for rows in sight without preview.
function ipclabMonitorList(store, play, lanes, {open, close, jump, chosen, wanted, following}) {
  const id = `ipclab-monitor-${++ipclabMonitorLists}`;
  const box = ipclabElement("div", {
    class: "ipclab-monitor-list", id, role: "listbox", tabindex: 0, "aria-label": "Messages",
  });
  const nothing = ipclabElement("p", {class: "ipclab-monitor-nothing"});
  const content = ipclabElement("div", {class: "ipclab-monitor-content"}, lanes.lines, nothing, box);
  const scroller = ipclabElement("div", {class: "ipclab-monitor-scroller"}, lanes.heading, content);
  const slots = [];
  const flying = new Map(); // number -> {began, duration, held}
  let frame = null;
  let height = 400;
  let room = 700;
  let top = 0;
  let sight = {from: 0, to: 0, key: ""}; // the part of the lanes that is not scrolled out of view
  let asked = new Set();
  const list = {
    element: scroller,
    box,
    selected: null,
    follow: true,
    paint: () => (frame ??= requestAnimationFrame(paint)),
    select,
    // Have a message seen crossing. `held`: until it has crossed, it is shown as in flight whatever became of it.
    fly(row, duration, held) {
      if (ipclabReducedMotion() || row.outcome === "refused") return;
      flying.set(row.number, {began: performance.now(), duration, held});
      setTimeout(() => {
        flying.delete(row.number);
        list.paint();
      }, duration);
    },
    forget() {
      flying.clear();
      asked = new Set();
      list.selected = null;
      list.setFollow(true);
    },
    previewsCame: () => (asked = new Set()),
    setFollow(follow) {
      list.follow = follow;
      following(follow);
      if (follow) list.paint();
    },
    close: () => cancelAnimationFrame(frame),
  };

  function paint() {
    frame = null;
    // As it is meant to be: while JupyterLab changes its theme, what is laid out is nothing, or next to nothing.
    height = Math.max(scroller.clientHeight, parseFloat(getComputedStyle(scroller).height) || 0);
    if (scroller.clientWidth) room = scroller.clientWidth;
    lanes.layOut(room);
    scroller.classList.toggle("ipclab-monitor-narrow", lanes.narrow);
    const count = play.shown.length;
    content.style.width = box.style.width = `${lanes.width}px`;
    box.style.height = `${count * ipclabMonitorRowHeight}px`;
    if (list.follow) {
      scroller.scrollTop = scroller.scrollHeight;
      top = scroller.scrollTop;
    }
    const [from, to] = lanes.inSight(room, scroller.scrollLeft);
    sight = {from, to, key: `${from} ${to}`};
    const first = Math.max(0, Math.floor(scroller.scrollTop / ipclabMonitorRowHeight) - 2);
    const last = Math.min(count, first + Math.ceil(height / ipclabMonitorRowHeight) + 5);
    while (slots.length < last - first) slots.push(makeRow());
    const used = new Set();
    const missing = [];
    for (let position = first; position < last; position++) {
      const row = store.at(play.shown[position]);
      if (!row) continue;
      const slot = slots[position % slots.length];
      used.add(slot);
      draw(slot, row, position, count);
      if (row.preview === null && !asked.has(row.number)) missing.push(row.number);
    }
    for (const slot of slots) if (!used.has(slot)) park(slot);
    nothing.hidden = count > 0;
    const why = store.count ? "No message to show: the filters or the pause hide them." : "No message has crossed yet.";
    if (!count && nothing.textContent !== why) nothing.textContent = why;
    const active = slots.find((slot) => slot.number === list.selected && used.has(slot));
    if (active) box.setAttribute("aria-activedescendant", active.element.id);
    else box.removeAttribute("aria-activedescendant");
    if (missing.length) {
      for (const number of missing) asked.add(number);
      wanted(missing);
    }
  }

  function makeRow() {
    const element = ipclabElement("div", {
      class: "ipclab-monitor-row", role: "option", id: `${id}-${slots.length}`,
    });
    const part = (name) => ipclabElement("span", {class: `ipclab-monitor-${name}`});
    const slot = {
      element, number: null, key: "", sight: "", number_: part("number"), way: ipclabElement("span", {class: "ipclab-hidden"}),
      lanes: part("lanes"), label: part("label"), kind: part("kind"), channel: ipclabElement("bdi"),
      said: ipclabElement("bdi"), took: part("took"), outcome: part("outcome"), word: part("word"),
      trouble: part("trouble"), svg: ipclabMonitorSvg("svg", {"aria-hidden": "true"}), flight: null,
    };
    for (const name of ["line", "head", "marks"]) {
      slot[name] = ipclabMonitorSvg("path", {class: `ipclab-monitor-${name}`});
      slot.svg.append(slot[name]);
    }
    slot.dot = ipclabMonitorSvg("circle", {class: "ipclab-monitor-dot", r: 5, cy: ipclabMonitorArrowY});
    slot.svg.append(slot.dot);
    slot.label.append(slot.kind, slot.channel, slot.said);
    slot.lanes.append(slot.svg, slot.label);
    slot.outcome.append(slot.word, slot.trouble);
    element.append(slot.number_, slot.way, slot.lanes, slot.took, slot.outcome);
    element.addEventListener("click", () => {
      const again = list.selected === slot.number;
      list.setFollow(false); // whoever clicks wants to look at it
      select(slot.number);
      if (!again) open(slot.number);
      else if (!close()) open(slot.number);
    });
    box.append(element);
    return slot;
  }

  function park(slot) {
    if (slot.number === null) return;
    slot.number = null;
    slot.key = "";
    slot.element.hidden = true;
    slot.flight?.cancel();
  }

  function draw(slot, row, position, count) {
    const flight = flying.get(row.number);
    const outcome = flight?.held ? "pending" : row.outcome;
    const selected = row.number === list.selected;
    const key = [row.number, row.version, row.preview, outcome, Boolean(flight), selected, lanes.key].join("|");
    const {element} = slot;
    element.setAttribute("aria-posinset", position + 1);
    element.setAttribute("aria-setsize", count);
    element.style.transform = `translateY(${position * ipclabMonitorRowHeight}px)`;
    if (slot.key === key) {
      if (slot.sight !== sight.key) placeLabel(slot, row);
      return;
    }
    slot.key = key;
    slot.number = row.number;
    slot.flight?.cancel();
    slot.flight = null;
    element.hidden = false;
    const reply = row.kind === "reply";
    const failed = reply && row.trouble !== null;
    element.className =
      `ipclab-monitor-row ipclab-monitor-is-${outcome}` +
      (reply ? " ipclab-monitor-is-reply" : "") + (failed ? " ipclab-monitor-is-failed" : "");
    element.dataset.number = row.number;
    element.setAttribute("aria-selected", selected);
    slot.number_.textContent = row.number;
    slot.way.textContent = ` ${row.sender} to ${row.receiver}: `;
    slot.kind.textContent = reply ? `↩ ${row.answers} ` : `${row.kind} `;
    slot.channel.textContent = row.channel;
    slot.said.textContent = row.preview ?? "(…)";
    const pending = outcome === "pending";
    const arrived = !pending && row.handled !== null && outcome !== "lost";
    slot.took.textContent = !arrived ? "" : ` ${ipclabMonitorTime(row.handled - row.sent)}`;
    slot.word.textContent = ` ${ipclabMonitorSymbols[outcome] ?? "?"} ${pending ? "in flight" : outcome}`;
    slot.trouble.textContent = pending || row.trouble === null ? "" : ` ${row.trouble}`;
    drawArrow(slot, row, outcome, flight);
  }

  function drawArrow(slot, row, outcome, flight) {
    const start = lanes.centres.get(row.sender) ?? 0;
    const end = lanes.centres.get(row.receiver) ?? 0;
    const arrow = ipclabMonitorArrow(start, end, ipclabMonitorArrowY, outcome);
    slot.svg.setAttribute("width", lanes.inner);
    slot.svg.setAttribute("height", ipclabMonitorRowHeight);
    for (const name of ["line", "head", "marks"]) slot[name].setAttribute("d", arrow[name]);
    placeLabel(slot, row);
    // A message in flight rests on its way as long as nobody knows more.
    const rest = arrow.from + (arrow.to - arrow.from) * (row.outcome === "pending" ? 0.6 : 1);
    slot.dot.style.display = flight || outcome === "pending" ? "" : "none";
    slot.dot.setAttribute("cx", rest);
    if (flight) {
      slot.flight = slot.dot.animate(
        [{transform: `translateX(${arrow.from - rest}px)`}, {transform: "none"}],
        {duration: flight.duration, easing: "ease-in-out"},
      );
      slot.flight.currentTime = performance.now() - flight.began;
    }
  }

  // On what is in sight of the arrow where there is room, else beside the end that leaves more; always in sight itself.
  function placeLabel(slot, row) {
    slot.sight = sight.key;
    const {style} = slot.label;
    const ends = [row.sender, row.receiver].map((lane) => lanes.centres.get(lane) ?? 0);
    const loop = ends[0] === ends[1];
    const [left, right] = [Math.min(...ends), Math.max(...ends)].map(
      (x) => Math.max(sight.from, Math.min(sight.to, x)),
    );
    const beside = sight.to - left - 14;
    const before = right - sight.from - 14;
    const between = right - left - 20;
    style.left = style.right = "auto";
    style.textAlign = "left";
    if (!loop && between >= 280) {
      style.left = `${left + 10}px`;
      style.width = `${between}px`;
      style.textAlign = "center";
    } else if (loop ? beside >= 200 : beside >= before) {
      style.left = `${left + (loop ? 34 : 10)}px`;
      style.width = `${beside - (loop ? 24 : 0)}px`;
    } else {
      style.right = `${lanes.inner - right + 10}px`;
      style.width = `${before}px`;
      style.textAlign = "right";
    }
  }

  // Choose a message and have it in sight.
  function select(number) {
    list.selected = number;
    const position = ipclabMonitorPlace(play.shown, number);
    if (play.shown[position] === number) {
      const above = position * ipclabMonitorRowHeight;
      const visible = height - lanes.heading.offsetHeight;
      if (above < scroller.scrollTop) scroller.scrollTop = above;
      else if (above + ipclabMonitorRowHeight > scroller.scrollTop + visible) {
        scroller.scrollTop = above + ipclabMonitorRowHeight - visible;
      }
    }
    paint();
    chosen(number);
  }

  function move(event) {
    const count = play.shown.length;
    if (!count) return false;
    const page = Math.max(1, Math.floor(height / ipclabMonitorRowHeight) - 2);
    const now = list.selected === null ? -1 : ipclabMonitorPlace(play.shown, list.selected);
    const steps = {ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: count - 1, PageDown: now + page, PageUp: now - page};
    if (!(event.key in steps)) return false;
    const position = Math.min(count - 1, Math.max(0, now < 0 && event.key === "ArrowUp" ? count - 1 : steps[event.key]));
    list.setFollow(event.key === "End");
    select(play.shown[position]);
    return true;
  }

  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    let used = move(event);
    if (!used && (event.key === "Enter" || event.key === " ") && list.selected !== null) {
      open(list.selected);
      used = true;
    } else if (!used && event.key === "r") {
      jump();
      used = true;
    }
    if (used) event.preventDefault();
  });
  scroller.addEventListener("scroll", () => {
    // Whoever scrolls up wants to read; the end is where new messages come in.
    const below = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    if (list.follow && scroller.scrollTop < top - 1 && below > ipclabMonitorRowHeight / 2) list.setFollow(false);
    else if (!list.follow && scroller.scrollTop > top && below < 2) list.setFollow(true);
    top = scroller.scrollTop;
    list.paint();
  });
  return list;
}
