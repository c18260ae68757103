// The door page: a passcode is typed, the door opens or says why not. Answers: api-specs/visitor.yaml.

import { element, setText } from "/shared/dom.js";
import { fetchJson, OfflineError, RefusedError } from "/shared/http.js";
import { keypad } from "./keypad.js";
import { result } from "./result.js";

const DIGITS = 7;
const OPENED_MILLISECONDS = 10_000;
const REFUSED_MILLISECONDS = 12_000;

const form = document.getElementById("keypad");
const doorName = document.getElementById("door-name");
const doorChoice = document.getElementById("door-choice");
const doorSelect = document.getElementById("door");
const openButton = document.getElementById("open");

const link = new URLSearchParams(location.search);
const answer = result({ onReset: () => pad.clear(), onLock: showUsable });
const pad = keypad({ onType: () => answer.clear() });
let doors = [];
let busy = false;

async function open(event) {
  event.preventDefault();
  if (busy || answer.isLocked) return;
  if (doors.length === 0 && !(await loadDoors())) return;
  const passcode = pad.value;
  if (passcode.length !== DIGITS) {
    answer.bad(`The passcode has seven digits; this is ${countOf(passcode.length)}.`, REFUSED_MILLISECONDS);
    pad.focus();
    return;
  }
  setBusy(true);
  try {
    const opened = await redeem(passcode);
    pad.clear();
    answer.good(`The ${opened.door_name.toLowerCase()} is open. Come in.`, OPENED_MILLISECONDS);
  } catch (error) {
    explain(error);
  } finally {
    setBusy(false);
  }
}

async function redeem(passcode) {
  const request = { door_id: chosenDoor().door_id, passcode };
  if (isBoundToVisit()) request.visit_id = link.get("visit");
  return fetchJson("/api/door/redeem", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
}

/** A link names a door and a visit there; at another door its visit means nothing. */
function isBoundToVisit() {
  return link.has("visit") && chosenDoor().door_id === link.get("door");
}

function explain(error) {
  if (error instanceof OfflineError) {
    answer.bad("There is no connection at the moment. Your passcode still counts: try again.", REFUSED_MILLISECONDS, {
      keep: true,
    });
  } else if (error instanceof RefusedError && error.status === 429 && error.retryAfterSeconds) {
    pad.clear();
    answer.locked(error.retryAfterSeconds);
  } else if (error instanceof RefusedError) {
    pad.clear();
    answer.bad(refusal(error), REFUSED_MILLISECONDS);
    pad.focus();
  } else {
    throw error;
  }
}

function refusal(error) {
  switch (error.code) {
    case "passcode_wrong":
      return "That passcode is not right. Look at the message again, then try once more.";
    case "passcode_expired":
      return "That passcode has expired. It counts for a few minutes only.";
    case "passcode_used":
      return "That passcode was used already. Each one opens the door once.";
    case "request_invalid":
      return "The link to this page is not complete. Open it from the message again.";
    default:
      return error.status >= 500 ? "The door does not answer properly. Try again in a moment." : error.message;
  }
}

async function loadDoors() {
  try {
    doors = (await fetchJson("/door/config.json")).doors;
  } catch (error) {
    if (!(error instanceof OfflineError || error instanceof RefusedError)) throw error;
    answer.bad("There is no connection to the door at the moment. Try again.", REFUSED_MILLISECONDS, { keep: true });
    return false;
  }
  doorSelect.replaceChildren(...doors.map((door) => element("option", { value: door.door_id }, door.name)));
  const named = doors.find((door) => door.door_id === link.get("door"));
  if (named) doorSelect.value = named.door_id;
  doorChoice.hidden = named !== undefined || doors.length === 1;
  showDoor();
  return true;
}

function chosenDoor() {
  return doors.find((door) => door.door_id === doorSelect.value);
}

function showDoor() {
  const { name } = chosenDoor();
  setText(doorName, name);
  document.title = `${name} · Smart Door`;
}

function setBusy(now) {
  busy = now;
  showUsable();
  setText(openButton, now ? "One moment …" : "Open the door");
}

function showUsable() {
  openButton.setAttribute("aria-disabled", String(busy || answer.isLocked));
}

function countOf(digits) {
  return digits === 1 ? "one" : digits === 0 ? "none" : `only ${digits}`;
}

form.addEventListener("submit", open);
doorSelect.addEventListener("change", showDoor);
loadDoors();
