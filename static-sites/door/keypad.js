// The digits: large keys for fingers, the keyboard wherever the focus is, and one-time-code autofill on phones.

import { element } from "/shared/dom.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "Clear", "0", "Delete"];

/** The keypad: {value, clear(), focus()}. `onType` is called when somebody changes the digits. */
export function keypad({ onType }) {
  const input = document.getElementById("passcode");
  const keys = document.getElementById("keys");
  const actions = { Clear: () => "", Delete: (text) => text.slice(0, -1) };

  function set(text) {
    input.value = text.replace(/\D/g, "").slice(0, input.maxLength);
    onType();
  }

  function press(key) {
    const action = actions[key] ?? ((text) => text + key);
    set(action(input.value));
  }

  /** Digits typed anywhere on the page go to the field; Enter on a key still presses that key. */
  function typeAnywhere(event) {
    const isEditing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (isEditing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^\d$/.test(event.key)) press(event.key);
    else if (event.key === "Backspace") press("Delete");
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) input.form.requestSubmit();
  }

  for (const key of KEYS) {
    const kind = key in actions ? "button key key-word" : "button key";
    keys.append(element("button", { type: "button", class: kind, on: { click: () => press(key) } }, key));
  }
  input.addEventListener("input", () => set(input.value));
  document.addEventListener("keydown", typeAnywhere);

  return {
    clear() {
      input.value = "";
    },
    focus: () => input.focus({ preventScroll: true }),
    get value() {
      return input.value;
    },
  };
}
