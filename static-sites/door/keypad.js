// The digits: large keys for fingers, the keyboard wherever the focus is, pasting, and one-time-code autofill.

import { element, icon, setAttribute } from "/shared/dom.js";

/** How many digits a passcode has. */
export const DIGITS = 7;

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "0", "delete"];
const BACKSPACE = "M9 5h11a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H9l-6-7zM12 9.5l5 5M17 9.5l-5 5";

/**
 * The keypad: {value, clear(), focus(), setEnabled(boolean)}. `onType` is called when somebody changes the digits.
 * `hasOwnKeyboard`: the page is the only thing on its screen, so no second keypad of the system comes up.
 */
export function keypad({ onType, hasOwnKeyboard }) {
  const input = document.getElementById("passcode");
  const keys = document.getElementById("keys");
  const actions = { clear: () => "", delete: (text) => text.slice(0, -1) };
  let isEnabled = true;

  function set(text) {
    if (!isEnabled) return;
    input.value = passcodeIn(text);
    onType();
  }

  function press(key) {
    const action = actions[key] ?? ((text) => (text.length < DIGITS ? text + key : text));
    set(action(input.value));
  }

  /** Digits typed anywhere go to the field, and the focus with them; Enter on a button still presses that button. */
  function typeAnywhere(event) {
    const isTyping = event.target === input && !input.readOnly && event.key !== "Escape";
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^\d$/.test(event.key)) {
      press(event.key);
      input.focus({ preventScroll: true });
    } else if (event.key === "Backspace" || event.key === "Delete") press("delete");
    else if (event.key === "Escape") press("clear");
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) input.form.requestSubmit();
    else return;
    if (event.key !== "Enter") event.preventDefault();
  }

  function paste(event) {
    event.preventDefault();
    set(event.clipboardData.getData("text"));
  }

  for (const key of KEYS) keys.append(keyButton(key, () => press(key)));
  if (hasOwnKeyboard) input.inputMode = "none";
  input.addEventListener("input", () => set(input.value));
  document.addEventListener("keydown", typeAnywhere);
  document.addEventListener("paste", paste);

  return {
    clear() {
      input.value = "";
    },
    focus: () => input.focus({ preventScroll: true }),
    setEnabled(now) {
      isEnabled = now;
      input.readOnly = !now;
      for (const key of keys.children) setAttribute(key, "aria-disabled", now ? null : "true");
    },
    get value() {
      return input.value;
    },
  };
}

/** The passcode in a text, which may be the whole message it came in; else all its digits, as far as they fit. */
function passcodeIn(text) {
  const runs = text.split(/\D+/);
  return runs.find((run) => run.length === DIGITS) ?? runs.join("").slice(0, DIGITS);
}

function keyButton(key, onClick) {
  const attributes = { type: "button", class: "button key", on: { click: onClick } };
  if (key === "delete") return element("button", { ...attributes, "data-t-label": key }, icon(BACKSPACE));
  if (key === "clear") return element("button", { ...attributes, class: "button key key-word", "data-t": key });
  return element("button", attributes, key);
}
