// The door page: a passcode is typed, the door opens or says why not. Answers: api-specs/visitor.yaml.
//
// On a tablet beside the door it runs for months: it looks whether it has a connection, says so where it has none,
// and is ready for the next visitor by itself. A passcode is never sent but by somebody's hand; what was typed stays
// for two minutes, so that it survives a short gap in the network and not a visitor who has walked away. Once a day,
// while nobody types, the page loads itself anew, which is how a new version reaches it.

import { element, setAttribute, setText } from "/shared/dom.js";
import { fetchJson, OfflineError, RefusedError } from "/shared/http.js";
import { LANGUAGES, preferredLanguage, speak, t } from "/shared/i18n.js";
import { installWorker } from "/shared/install.js";
import { poll } from "/shared/poll.js";
import { duration } from "/shared/times.js";
import { stayAwake } from "./awake.js";
import { doors } from "./doors.js";
import { DIGITS, keypad } from "./keypad.js";
import { result } from "./result.js";

const OPENED_SECONDS = 10;
const REFUSED_SECONDS = 12;
const NEWS_SECONDS = 6;
const IDLE_SECONDS = 120;
// With these the passcode that was typed will not open any more.
const SPENT = new Set(["passcode_wrong", "passcode_expired", "passcode_used"]);
const LOOK_MILLISECONDS = 60_000;
const DAY_MILLISECONDS = 86_400_000;
const LOOK_WHEN_OFFLINE_MILLISECONDS = 1_500;

const openButton = document.getElementById("open");
const languages = document.getElementById("languages");
const openedAt = Date.now();
const isOwnPhone = new URLSearchParams(location.search).has("visit");

const answer = result({ onOver: afterResult });
const home = doors(location.search, { onChange: typed });
const pad = keypad({ onType: typed, hasOwnKeyboard: !isOwnPhone });
let isOffline = false;
let isBusy = false;
let idle = null;
let connection = null;
let sayAgain = null;
let wantedLanguage = null;

async function start() {
  for (const [code, name] of Object.entries(LANGUAGES)) languages.append(languageButton(code, name));
  await speakLanguage(preferredLanguage());
  document.getElementById("main").hidden = false;
  document.getElementById("keypad").addEventListener("submit", open);
  window.addEventListener("offline", lost);
  connection = poll(look, () => (isOffline ? LOOK_WHEN_OFFLINE_MILLISECONDS : LOOK_MILLISECONDS));
  if (!isOwnPhone) stayAwake();
  installWorker("/door/worker.js");
}

async function open(event) {
  event.preventDefault();
  if (isBusy || answer.isLocked) return;
  const passcode = pad.value;
  if (passcode.length !== DIGITS) {
    sayBad(() => [t("result.short", { count: passcode.length }), t("result.short.next")]);
    pad.focus();
  } else if (!home.areKnown) {
    lost();
    connection.now();
  } else if (home.chosen === null) {
    sayBad(() => [t("choose_door"), t("choose_door.next")]);
    home.focus();
  } else {
    await redeem(passcode);
  }
}

async function redeem(passcode) {
  setBusy(true);
  try {
    const request = { door_id: home.chosen.door_id, passcode };
    if (home.visitId) request.visit_id = home.visitId;
    const opened = await fetchJson("/api/door/redeem", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request),
    });
    pad.clear();
    isOffline = false;
    const headline = () => t("result.opened", { door: nameInSentence(opened.door_name) });
    say(() => answer.show("good", headline(), t("result.opened.next"), OPENED_SECONDS));
  } catch (error) {
    explain(error);
  } finally {
    setBusy(false);
  }
}

function explain(error) {
  if (error instanceof OfflineError) {
    isOffline = true;
    say(() => answer.show("offline", t("result.unanswered"), t("result.unanswered.next")));
    connection.now();
  } else if (error instanceof RefusedError && error.status === 429 && error.retryAfterSeconds) {
    pad.clear();
    sayWait(Date.now() + error.retryAfterSeconds * 1000);
  } else if (error instanceof RefusedError) {
    if (SPENT.has(error.code)) pad.clear();
    sayBad(() => refusal(error.code));
    pad.focus();
  } else {
    throw error;
  }
}

/** [headline, what to do next]. */
function refusal(code) {
  switch (code) {
    case "passcode_wrong":
      return [t("result.wrong"), home.visitId ? t("result.wrong.visit") : t("result.wrong.next")];
    case "passcode_expired":
      return [t("result.expired"), t("result.expired.next")];
    case "passcode_used":
      return [t("result.used"), t("result.used.next")];
    case "request_invalid":
    case "door_not_found":
      return [t("result.link"), t("result.link.next")];
    default:
      return [t("result.fault"), t("result.fault.next")];
  }
}

/** Asks for the configuration, which also tells whether there is a connection. False where there is none. */
async function look() {
  try {
    home.update(await fetchJson("/door/config.json"));
  } catch (error) {
    if (!(error instanceof OfflineError || error instanceof RefusedError)) throw error;
    lost();
    return false;
  }
  if (isOffline) regained();
  else if (Date.now() - openedAt > DAY_MILLISECONDS && answer.kind === "none" && pad.value === "") location.reload();
  return true;
}

function lost() {
  if (isOffline) return;
  isOffline = true;
  if (answer.kind === "none" || answer.kind === "news") sayOffline();
}

function sayOffline() {
  say(() =>
    answer.show("offline", t("result.offline"), pad.value ? t("result.offline.typed") : t("result.offline.idle")),
  );
}

function sayBad(texts) {
  say(() => answer.show("bad", ...texts(), REFUSED_SECONDS));
}

function sayNews(texts) {
  say(() => answer.show("news", ...texts(), NEWS_SECONDS));
}

function sayWait(until) {
  say(() => {
    const seconds = (until - Date.now()) / 1000;
    answer.wait(t("result.wait"), t("result.wait.next", { duration: duration(seconds) }), seconds);
  });
}

/** Says something, so that it can be said again in another language. */
function say(what) {
  sayAgain = what;
  what();
}

function regained() {
  isOffline = false;
  if (answer.kind !== "offline") return;
  sayNews(() => [t("result.back"), pad.value ? t("result.back.press") : t("result.back.type")]);
}

/** Somebody types: what was said has been read, except a wait that is not over and that there is no connection. */
function typed() {
  restIdle();
  if (answer.isLocked) return;
  if (answer.kind === "offline" || isOffline) sayOffline();
  else if (answer.kind !== "none") answer.clear();
}

function afterResult(kind) {
  if (kind === "wait") {
    showUsable();
    sayNews(() => [t("result.ready"), t("result.ready.next")]);
  } else if (kind === "good") {
    rest();
  }
  if (isOffline && answer.kind === "none") sayOffline();
}

function restIdle() {
  clearTimeout(idle);
  idle = setTimeout(rest, IDLE_SECONDS * 1000);
}

/** As the next visitor finds it: no digits, and the language that this screen prefers. */
async function rest() {
  clearTimeout(idle);
  pad.clear();
  if (answer.kind === "offline") sayOffline();
  if (wantedLanguage !== preferredLanguage()) await speakLanguage(preferredLanguage());
}

async function speakLanguage(code) {
  wantedLanguage = code;
  await speak("door", code);
  if (wantedLanguage !== code) return;
  home.draw();
  showUsable();
  for (const button of languages.children) setAttribute(button, "aria-current", button.lang === code ? "true" : null);
  if (answer.kind !== "none") sayAgain();
}

function languageButton(code, name) {
  const change = () => {
    restIdle();
    speakLanguage(code);
  };
  return element("button", { type: "button", class: "button button-plain", lang: code, on: { click: change } }, name);
}

function setBusy(now) {
  isBusy = now;
  showUsable();
}

function showUsable() {
  openButton.setAttribute("aria-disabled", String(isBusy || answer.isLocked));
  setText(openButton, isBusy ? t("one_moment") : t("open"));
  pad.setEnabled(!isBusy && !answer.isLocked);
}

/** "Front door" inside an English sentence is "front door"; other languages keep a name as it is written. */
function nameInSentence(name) {
  return document.documentElement.lang === "en" ? name.toLowerCase() : name;
}

start();
