// The message monitor: a picture of all messages that grows while they cross. monitor.py is the other side.

function ipclabMonitorView(store, send, el) {
  const note = ipclabElement("p", {class: "ipclab-monitor-note"});
  const status = ipclabElement("span", {role: "status", class: "ipclab-monitor-status"});
  const waiting = ipclabElement("span", {class: "ipclab-monitor-waiting"});
  const bounds = ipclabElement("p", {class: "ipclab-monitor-bounds"});
  const lanes = ipclabMonitorLanes(store);
  let saidAt = -Infinity;
  let sayTimer = null;

  const filters = ipclabMonitorFilters(store, {
    changed: () => play.again(),
    recheck: (numbers) => {
      play.recheck(numbers);
      list.paint();
    },
    search: send,
  });
  const play = ipclabMonitorPlay(store, {
    matches: filters.matches,
    fly: (...flight) => list.fly(...flight),
    changed: () => {
      list.paint();
      say();
    },
  });
  const list = ipclabMonitorList(store, play, lanes, {
    open: (number) => details.open(number),
    close: () => details.close(),
    jump,
    chosen: (number) => details.isOpen && details.number !== number && details.open(number),
    wanted: (numbers) => send({t: "previews", numbers}),
    following: (follow) => followButton.setAttribute("aria-pressed", follow),
  });
  const details = ipclabMonitorDetails(store, {
    ask: (number) => send({t: "details", number}),
    jump,
    closed: () => list.box.focus({preventScroll: true}),
  });
  const files = ipclabMonitorFiles({send, say: (text) => (note.textContent = text)});

  const button = (text, action, more = {}) => ipclabElement("button", {type: "button", onclick: action, ...more}, text);
  const pauseButton = button("Pause", () => pause(!play.paused), {"aria-pressed": "false"});
  const nextButton = button("Next", next, {title: "Pause, then show one message after the other"});
  const followButton = button("Follow", () => list.setFollow(!list.follow), {"aria-pressed": "true"});
  const clearButton = button("Clear view", clear, {title: "Only this view: the trace keeps its messages"});
  const againButton = button("Show them again", showAgain, {hidden: true});
  const paceText = ipclabElement("span", {}, "off");
  const pace = ipclabElement("input", {
    type: "range", min: 0, max: 3, step: 0.25, value: 0, "aria-label": "Slow motion", "aria-valuetext": "off", oninput: slow,
  });
  const element = ipclabElement(
    "div", {class: "ipclab-view ipclab-monitor", role: "group", "aria-label": "Message monitor"},
    ipclabElement(
      "div", {class: "ipclab-monitor-bar", role: "group", "aria-label": "What is shown when"},
      pauseButton, nextButton, followButton,
      ipclabElement("label", {class: "ipclab-monitor-pace"}, "Slow motion ", pace, paceText),
      clearButton, againButton, waiting,
    ),
    filters.element, note, list.element, details.element,
    ipclabElement("p", {class: "ipclab-monitor-foot"}, status), bounds, files.element,
  );
  ipclabKeepKeys(element);
  element.addEventListener("keydown", (event) => {
    // Closing the panel is not leaving the monitor.
    if (event.key === "Escape" && details.close()) event.stopPropagation();
  });

  function pause(paused) {
    play.pause(paused);
    pauseButton.setAttribute("aria-pressed", paused);
  }

  function next() {
    if (!play.paused) {
      pause(true);
      if (!play.waiting) return;
    }
    const row = play.step();
    if (row && !list.follow) list.select(row.number);
  }

  function slow() {
    const seconds = Number(pace.value);
    const words = seconds ? `${seconds} s a message` : "off";
    paceText.textContent = words;
    pace.setAttribute("aria-valuetext", words);
    play.slow(seconds);
  }

  function clear() {
    store.clear();
    againButton.hidden = false;
    note.textContent = "Cleared here only: the trace keeps its messages.";
  }

  function showAgain() {
    clearButton.focus();
    againButton.hidden = true;
    note.textContent = "";
    store.showAgain();
    send({t: "all"});
  }

  // From a request to its reply, or back.
  function jump() {
    const row = list.selected === null ? null : store.at(list.selected);
    const other = row ? row.answers ?? store.replyTo(row.number) ?? details.counterpart : null;
    if (other === null || other === undefined || !store.at(other)) return;
    list.setFollow(false);
    list.select(other);
    if (play.shown[ipclabMonitorPlace(play.shown, other)] !== other) {
      note.textContent = `Message ${other} is not in sight: the filters or the pause hide it.`;
    }
  }

  // What there is, at most once a second: a screen reader reads it out.
  function say() {
    waiting.textContent = play.waiting && (play.paused || play.pace) ? `${count(play.waiting, "message")} waiting` : "";
    if (sayTimer !== null) return;
    sayTimer = setTimeout(() => {
      sayTimer = null;
      saidAt = performance.now();
      const shown = play.shown.length === store.count ? "" : `, ${play.shown.length.toLocaleString("en")} shown`;
      const paused = play.paused ? `, paused with ${play.waiting.toLocaleString("en")} waiting` : "";
      setText(status, `${count(store.count, "message")}${shown}${paused}`);
      const {limit, shown: most} = store.trace;
      setText(bounds,
        `The trace keeps the newest ${limit.toLocaleString("en")} messages, this view ${most.toLocaleString("en")}; ` +
        `${store.fellOut.toLocaleString("en")} fell out.`);
    }, Math.max(0, saidAt + 1000 - performance.now()));
  }

  function count(number, what) {
    return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
  }

  function setText(place, text) {
    if (place.textContent !== text) place.textContent = text;
  }

  const unsubscribe = store.subscribe((what, news) => {
    if (what === "rows") {
      play.recheck(news.updated);
      filters.refresh();
      play.advance();
      details.refresh();
    } else if (what === "trace") {
      const words = {
        restarted: "The app was restarted: its messages are numbered from 1 again.",
        cleared: "The trace was cleared.",
        import: `An export, nothing here is live: ${store.trace.export}`,
        live: "These are the live messages again.",
      };
      const imported = store.trace.export !== null ? words.import : "";
      note.textContent = words[store.trace.why] ?? imported;
      againButton.hidden = true;
      files.showsExport(store.trace.export !== null);
      details.close();
      list.forget();
      filters.again();
      play.restart();
      filters.refresh();
    } else if (what === "previews") {
      list.previewsCame();
      list.paint();
    } else if (what === "details") details.take(news);
    else if (what === "found") filters.take(news);
    else if (what === "export") files.take(news.item, news.buffer);
    else if (what === "import-failed") note.textContent = news.text;
    else if (what === "blocked") list.paint();
  });
  const resized = new ResizeObserver(() => list.paint());
  resized.observe(list.element);
  el.replaceChildren(element);
  play.restart();
  filters.refresh();
  return () => {
    unsubscribe();
    resized.disconnect();
    clearTimeout(sayTimer);
    filters.close();
    play.close();
    list.close();
  };
}

export default () => {
  const store = ipclabMonitorStore();
  let connection = null;
  const take = (item, buffers) => {
    if (item.t === "trace") store.begin(item);
    else if (item.life !== undefined && item.life !== store.trace.life) return;
    else if (item.t === "rows") store.take(item.life, buffers[0]);
    else if (item.t === "previews") {
      for (const [number, text] of Object.entries(item.texts)) {
        const row = store.at(Number(number));
        if (row) row.preview = text;
      }
      store.tell("previews");
    } else if (item.t === "export") store.tell("export", {item, buffer: buffers[0]});
    else store.tell(item.t, item);
  };
  return {
    initialize({model}) {
      connection = ipclabConnect(model, {
        take,
        mainBlocked: (blocked) => {
          store.mainBlocked = blocked;
          store.tell("blocked");
        },
      });
      return () => {
        connection.close();
        store.close();
      };
    },
    render({el}) {
      const remove = ipclabMonitorView(store, connection.send, el);
      const hide = connection.show(el);
      return () => {
        hide();
        remove();
      };
    },
  };
};
