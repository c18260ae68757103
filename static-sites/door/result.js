// What the door says: one message at a time, gone by itself after some seconds.

import { setText } from "/shared/dom.js";
import { duration } from "/shared/times.js";

/**
 * The message: good(), bad(), locked(), clear(). `onReset` is called when the time of a message is over,
 * `onLock` when trying again becomes useless, and useful again.
 */
export function result({ onReset, onLock }) {
  const box = document.getElementById("result");
  const good = document.getElementById("good");
  const bad = document.getElementById("bad");
  let timer = null;
  let lockedUntil = 0;

  function show(kind, text) {
    setText(good, kind === "good" ? text : "");
    setText(bad, kind === "bad" ? text : "");
    box.dataset.kind = kind;
  }

  function reset() {
    clearTimeout(timer);
    show("none", "");
    if (lockedUntil === 0) return;
    lockedUntil = 0;
    onLock();
  }

  function resetAfter(milliseconds, { keep = false } = {}) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reset();
      if (!keep) onReset();
    }, milliseconds);
  }

  function countDown() {
    const secondsLeft = (lockedUntil - Date.now()) / 1000;
    if (secondsLeft <= 0) {
      reset();
      return;
    }
    show("bad", `Too many tries. Wait ${duration(secondsLeft)}, then try again.`);
    timer = setTimeout(countDown, secondsLeft > 60 ? 5_000 : 1_000);
  }

  return {
    good(text, milliseconds) {
      show("good", text);
      resetAfter(milliseconds);
    },
    bad(text, milliseconds, options) {
      show("bad", text);
      resetAfter(milliseconds, options);
    },
    locked(seconds) {
      clearTimeout(timer);
      lockedUntil = Date.now() + seconds * 1000;
      onLock();
      countDown();
    },
    /** Somebody types: the message has been read. A lock stays. */
    clear() {
      if (lockedUntil === 0) reset();
    },
    get isLocked() {
      return lockedUntil > Date.now();
    },
  };
}
