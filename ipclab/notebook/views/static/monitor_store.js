// The messages that have come, shared by all views of a model. They are asked for by number; the oldest go when there
// are more than the view is to hold.

const ipclabMonitorFields = [
  "number", "kind", "sender", "receiver", "channel", "size", "answers", "activity", "sent", "handled", "outcome",
  "trouble", "preview",
];

// main first, then the renderers by number
function ipclabMonitorLaneOrder(one, other) {
  const order = (name) => (name === "main" ? 0 : 1 + Number(name.split(" ")[1]));
  return order(one) - order(other);
}

// `tell(what, news)` is called for each subscriber: "trace" (something else is shown), "rows" ({updated: numbers that
// were there before}), and what Python answers.
function ipclabMonitorStore() {
  let rows = [];
  let base = 1; // the number of rows[0]; a row that never came is a hole
  let stored = 0;
  let begin = 1; // the first number there is anything to show of
  let arriving = [];
  let timer = null;
  const replies = new Map();
  const channels = new Set();
  const subscribers = new Set();
  const store = {
    trace: {life: 0, why: "opened", export: null, first: 1, limit: 0, shown: 100000},
    lanes: ["main"],
    channels,
    mainBlocked: false,
    connected: false,
    get first() {
      return base;
    },
    get last() {
      return base + rows.length - 1;
    },
    get count() {
      return stored;
    },
    // How many messages there were that cannot be shown any more.
    get fellOut() {
      return Math.max(0, (rows.length ? store.last : begin - 1) - begin + 1 - stored);
    },
    at: (number) => rows[number - base],
    replyTo: (number) => replies.get(number),
    subscribe(callback) {
      subscribers.add(callback);
      return () => subscribers.delete(callback);
    },
    tell(what, news) {
      for (const callback of [...subscribers]) callback(what, news);
    },
    // Hide what there is; messages that come later are shown.
    clear() {
      const next = store.last + 1;
      forget(rows.length ? next : begin);
      store.tell("trace");
    },
    // Python says what it shows from now on.
    begin(trace) {
      const same = trace.life === store.trace.life;
      store.trace = trace;
      store.connected = true;
      if (!same) {
        forget(trace.first);
        store.lanes = ["main"];
        channels.clear();
        store.tell("trace");
      }
    },
    showAgain() {
      forget(store.trace.first);
      store.tell("trace");
    },
    take(life, buffer) {
      arriving.push([life, buffer]);
      timer ??= setTimeout(work, 0);
    },
    close: () => clearTimeout(timer),
  };

  function forget(first) {
    rows = [];
    base = begin = first;
    stored = 0;
    replies.clear();
  }

  // One portion at a time, so that the page can draw between two of them.
  function work() {
    timer = null;
    const began = performance.now();
    const updated = [];
    while (arriving.length && performance.now() - began < 12) {
      const [life, buffer] = arriving.shift();
      if (life !== store.trace.life) continue;
      for (const values of JSON.parse(new TextDecoder().decode(buffer))) put(values, updated);
    }
    if (rows.length > store.trace.shown) prune();
    store.tell("rows", {updated});
    if (arriving.length) timer = setTimeout(work, 0);
  }

  function put(values, updated) {
    const number = values[0];
    if (number < base) return;
    if (!rows.length) base = number;
    const position = number - base;
    const known = rows[position];
    const row = known ?? {version: 0};
    const preview = row.preview ?? null;
    ipclabMonitorFields.forEach((name, place) => (row[name] = values[place]));
    row.preview ??= preview;
    row.version += 1;
    if (known) {
      updated.push(number);
      return;
    }
    if (position < rows.length) updated.push(number);
    while (rows.length < position) rows.push(undefined);
    rows[position] = row;
    stored += 1;
    if (row.answers !== null) replies.set(row.answers, number);
    if (channels.size < 500) channels.add(row.channel);
    for (const lane of [row.sender, row.receiver]) {
      if (!store.lanes.includes(lane)) store.lanes = [...store.lanes, lane].sort(ipclabMonitorLaneOrder);
    }
  }

  function prune() {
    // Some more than need be, so that it is not done for each message.
    for (const row of rows.splice(0, rows.length - store.trace.shown + 1000)) {
      base += 1;
      if (!row) continue;
      stored -= 1;
      if (row.answers !== null) replies.delete(row.answers);
    }
  }
  return store;
}
