// Which door this is: the one of the link or of the kiosk's address, the one chosen here before, or the only one.

import { element, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";

const CHOSEN = "smart-door.door";
const VISIT_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/**
 * The doors of the home: {update(configuration), draw(), chosen, visitId}.
 * `search` is the page's query: ?door=front for a kiosk, ?door=front&visit=... in a visitor's message.
 */
export function doors(search, { onChange }) {
  const link = new URLSearchParams(search);
  const choice = document.getElementById("door-choice");
  const buttons = document.getElementById("doors");
  const heading = document.getElementById("door-name");
  const greeting = document.getElementById("greeting");
  const note = document.getElementById("note");
  let known = [];
  let chosen = null;
  let drawn = null;

  function update({ doors: all, greeting: words = "" }) {
    const configured = JSON.stringify([all, words]);
    if (configured === drawn) return;
    drawn = configured;
    known = all;
    const ids = [chosen?.door_id, link.get("door"), remembered()];
    chosen = ids.map(doorOf).find((door) => door !== undefined) ?? (known.length === 1 ? known[0] : null);
    setText(greeting, words);
    greeting.hidden = words === "";
    choice.hidden = known.length === 1 || doorOf(link.get("door")) !== undefined;
    buttons.replaceChildren(...known.map(radio));
    draw();
  }

  function doorOf(id) {
    return known.find((door) => door.door_id === id);
  }

  function radio(door) {
    const input = element("input", {
      type: "radio",
      name: "door",
      value: door.door_id,
      checked: door === chosen,
      on: { change: () => choose(door) },
    });
    return element("label", { class: "choice" }, input, element("span", {}, door.name));
  }

  function choose(door) {
    chosen = door;
    remember(door.door_id);
    draw();
    onChange();
  }

  function draw() {
    if (chosen) {
      setText(heading, chosen.name);
      document.title = `${chosen.name} · Smart Door`;
    }
    setText(note, known.length === 0 ? "" : linkNote());
    note.hidden = note.textContent === "";
  }

  function linkNote() {
    if (link.has("door") && doorOf(link.get("door")) === undefined) return t("link_unknown_door");
    if (link.has("visit") && !VISIT_ID.test(link.get("visit"))) return t("link_broken");
    return visitId() ? t("bound") : "";
  }

  /** A link names a door and a visit there; at another door its visit means nothing. */
  function visitId() {
    const named = link.get("visit") ?? "";
    return chosen?.door_id === link.get("door") && VISIT_ID.test(named) ? named : null;
  }

  return {
    update,
    draw,
    focus: () => buttons.querySelector("input")?.focus(),
    get areKnown() {
      return known.length > 0;
    },
    get chosen() {
      return chosen;
    },
    get visitId() {
      return visitId();
    },
  };
}

/** The door that was chosen here before; none where the browser keeps nothing for pages. */
function remembered() {
  try {
    return localStorage.getItem(CHOSEN);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

function remember(doorId) {
  try {
    localStorage.setItem(CHOSEN, doorId);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
