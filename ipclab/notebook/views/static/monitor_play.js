// Which messages a view shows, and when: at once, slowly, one by one, or not for now. What has not been shown yet
// waits; nothing is lost by waiting.

// Where `number` is in a sorted list, or would be.
function ipclabMonitorPlace(list, number) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

// `matches(row)`: whether the filters let it through; `fly(row, milliseconds, held)`: have it seen crossing;
// `changed()`: something is to be drawn anew.
function ipclabMonitorPlay(store, {matches, fly, changed}) {
  const lively = 6; // so many at once are seen crossing
  let next = store.first;
  let timer = null;
  const play = {
    shown: [], // numbers
    paused: false,
    pace: 0, // seconds a message; 0: as it comes
    get waiting() {
      return Math.max(0, store.last - next + 1);
    },
    // Look at the messages that have come.
    advance() {
      if (play.shown.length && play.shown[0] < store.first) {
        play.shown.splice(0, ipclabMonitorPlace(play.shown, store.first));
      }
      next = Math.max(next, store.first);
      if (!play.paused && play.pace) {
        if (timer === null) tick();
      } else if (!play.paused) {
        const before = play.shown.length;
        while (one() !== null);
        const fresh = play.shown.slice(before);
        if (before && fresh.length <= lively) for (const number of fresh) fly(store.at(number), 350, false);
      }
      changed();
    },
    // Messages that were there before have changed, or are found now: they may come into sight, or go.
    recheck(numbers) {
      for (const number of numbers) {
        const row = store.at(number);
        if (!row || number >= next) continue;
        const place = ipclabMonitorPlace(play.shown, number);
        const there = play.shown[place] === number;
        const wanted = matches(row);
        if (wanted && !there) play.shown.splice(place, 0, number);
        else if (there && !wanted) play.shown.splice(place, 1);
      }
    },
    // The filters have changed.
    again() {
      play.shown = [];
      for (let number = store.first; number < next; number++) {
        const row = store.at(number);
        if (row && matches(row)) play.shown.push(number);
      }
      changed();
    },
    // Something else is shown.
    restart() {
      stop();
      play.shown = [];
      next = store.first;
      play.advance();
    },
    pause(paused) {
      play.paused = paused;
      if (paused) stop();
      play.advance();
    },
    step() {
      const row = one();
      if (row) fly(row, 900, true);
      changed();
      return row;
    },
    slow(pace) {
      play.pace = pace;
      stop();
      play.advance();
    },
    close: stop,
  };

  function stop() {
    clearTimeout(timer);
    timer = null;
  }

  // Show the next message that the filters let through; null: there is none.
  function one() {
    while (next <= store.last) {
      const row = store.at(next++);
      if (row && matches(row)) {
        play.shown.push(row.number);
        return row;
      }
    }
    return null;
  }

  function tick() {
    timer = null;
    const row = one();
    if (row) {
      fly(row, play.pace * 850, true);
      timer = setTimeout(tick, play.pace * 1000);
    }
    changed();
  }
  return play;
}
