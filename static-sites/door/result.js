// What the door says: one message at a time, gone by itself after some seconds, or when its time has come.

import { icon, setText } from "/shared/dom.js";
import { countdown } from "/shared/times.js";

const ICONS = {
  good: "M4 12.5l5.5 5.5L20 6.5",
  bad: "M6 6l12 12M18 6L6 18",
  wait: "M12 7v5l3.5 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  offline: "M3 3l18 18M8.5 15.5a5 5 0 0 1 5-1.2M5 12a10 10 0 0 1 4.5-2.6M19 12a10 10 0 0 0-5-2.8M12 19.5h.01",
  news: "M12 8v5M12 16.5h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
};

/**
 * The message: show(kind, headline, next, seconds), wait(headline, next, seconds), clear(), kind, isLocked.
 *
 * Kinds: good, bad, wait and news are read by whoever stands there and take the place of the code; offline stands
 * below it, and stays until something else is said. Good and news are told politely, the others at once.
 * `onOver(kind)` is called when a message's time is over.
 */
export function result({ onOver }) {
  const slot = document.getElementById("slot");
  const boxes = { polite: document.getElementById("good"), urgent: document.getElementById("bad") };
  const picture = document.getElementById("result-icon");
  const clock = document.getElementById("countdown");
  let timer = null;
  let kind = "none";
  let lockedUntil = 0;

  function draw(next, headline = "", advice = "") {
    clearTimeout(timer);
    kind = next;
    slot.dataset.kind = kind;
    clock.hidden = kind !== "wait";
    const text = kind === "none" ? "" : `${headline} ${advice}`;
    const box = kind === "good" || kind === "news" ? boxes.polite : boxes.urgent;
    for (const other of Object.values(boxes)) if (other !== box || text === "") other.replaceChildren();
    // What stands there already is left alone, or a screen reader would say it once more.
    if (box.textContent !== text) box.replaceChildren(strong(headline), ` ${advice}`);
    picture.replaceChildren(...(ICONS[kind] ? [icon(ICONS[kind])] : []));
  }

  function over() {
    const was = kind;
    draw("none");
    onOver(was);
  }

  function countDown() {
    const seconds = (lockedUntil - Date.now()) / 1000;
    setText(clock, countdown(seconds));
    if (seconds > 0) {
      timer = setTimeout(countDown, Math.min(1_000, seconds * 1000));
      return;
    }
    lockedUntil = 0;
    over();
  }

  return {
    /** Without `seconds` it stays until something else is said. */
    show(next, headline, advice, seconds = null) {
      draw(next, headline, advice);
      if (seconds !== null) timer = setTimeout(over, seconds * 1000);
    },
    wait(headline, advice, seconds) {
      draw("wait", headline, advice);
      lockedUntil = Date.now() + seconds * 1000;
      countDown();
    },
    clear: () => draw("none"),
    get kind() {
      return kind;
    },
    get isLocked() {
      return lockedUntil > Date.now();
    },
  };
}

function strong(text) {
  return Object.assign(document.createElement("strong"), { textContent: text });
}
