// The owner page: finds out who is logged in, then shows what the address after # names.

import { element, icon, setText } from "/shared/dom.js";
import { fetchJson, OfflineError, RefusedError } from "/shared/http.js";
import { speak, t } from "/shared/i18n.js";
import { installWorker } from "/shared/install.js";
import { OwnerApi } from "./api.js";
import { forgetDraft, keepDraft, noteTyping, restoreDraft } from "./draft.js";
import { problemText } from "./problems.js";
import { markSection, sectionOf, showSections } from "./sections.js";
import { LoginFailedError, Session, SessionOverError } from "./session.js";

const BACK_ONLINE_MILLISECONDS = 5_000;
const CLOSE = "M6 6l12 12M18 6L6 18";

const main = document.querySelector("main");
const connection = document.getElementById("connection");
const message = document.getElementById("message");
const alertBox = document.getElementById("alert");
const announcement = document.getElementById("announcement");
const account = document.getElementById("account");
const sections = document.getElementById("sections");

let session = null;
let view = null;
let isOffline = false;

/** What views may ask of the page around them. */
const page = {
  api: null,
  role: null,
  email: null,
  doors: [], // {door_id, name}, as this home has them
  say: (text, tone) => notify(message, text, tone),
  warn: (text) => notify(alertBox, text, "danger"),
  announce: (text) => setText(announcement, text),
  setTitle: (text) => {
    const title = `${text} · Smart Door`;
    if (document.title !== title) document.title = title;
  },
  reached,
  failed,
};

function notify(box, text, tone) {
  for (const other of [message, alertBox]) other.replaceChildren();
  const dismiss = element(
    "button",
    { type: "button", class: "button button-plain", "aria-label": t("page.dismiss"), on: { click: () => box.replaceChildren() } },
    icon(CLOSE),
  );
  box.append(element("div", { class: `notice notice-${tone} notice-row` }, element("p", {}, text), dismiss));
}

/** The API answered: where the page was offline, it says that it is back. */
function reached() {
  if (!isOffline) return;
  isOffline = false;
  showConnection(t("page.back_online"), "good");
  setTimeout(() => {
    if (!isOffline) connection.replaceChildren();
  }, BACK_ONLINE_MILLISECONDS);
}

/** The API did not answer, or said no to the page rather than to a form. */
function failed(error) {
  if (error instanceof SessionOverError) {
    if (!view) return; // said already, or somebody logs out
    keepDraft(main, page.email);
    showLogin(t("login.session_over"));
  } else if (error instanceof OfflineError || (error instanceof RefusedError && error.status >= 500)) {
    isOffline = true;
    const reason = error instanceof OfflineError ? t("page.offline") : t("page.fault");
    showConnection(`${reason} ${t("page.goes_on")}`, "warning");
  } else if (error instanceof RefusedError) {
    // A view that asks again and again says it once.
    if (alertBox.textContent !== problemText(error)) page.warn(problemText(error));
  } else {
    throw error;
  }
}

function showConnection(text, tone) {
  if (connection.textContent === text) return;
  connection.replaceChildren(element("p", { class: `notice notice-${tone}` }, text));
}

function showLogin(reason = null) {
  leave();
  account.hidden = true;
  document.getElementById("account-menu").hidePopover();
  sections.hidden = true;
  const button = element(
    "button",
    { type: "button", class: "button button-primary", on: { click: () => session.logIn() } },
    t("login.log_in"),
  );
  const door = element("img", { src: "/shared/icon.svg", alt: "", width: 72, height: 72 });
  main.replaceChildren(
    element(
      "div",
      { class: "card login" },
      door,
      element("h1", { tabindex: "-1" }, t("login.title")),
      reason
        ? element("p", { class: "notice notice-warning", role: "alert" }, reason)
        : element("p", { class: "quiet" }, t("login.why")),
      button,
    ),
  );
  page.setTitle(t("login.log_in"));
}

async function showView({ moveFocus }) {
  const wanted = location.hash;
  notifyNothing();
  if (view?.follow?.(wanted)) return;
  let found;
  try {
    found = await sectionOf(wanted);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    if (wanted === location.hash) showUnreachable();
    return;
  }
  if (wanted !== location.hash || !session.isOpen) return; // the reader was faster
  leave();
  const opened = found.open({ ...page, setTitle: (text) => opened === view && page.setTitle(text) });
  view = opened;
  markSection(sections, found.section);
  main.replaceChildren(view.root);
  view.start();
  window.scrollTo(0, 0);
  if (moveFocus) main.querySelector("h1").focus();
}

function leave() {
  document.querySelector("dialog[open]")?.close();
  view?.stop();
  view = null;
}

function notifyNothing() {
  for (const box of [message, alertBox]) box.replaceChildren();
}

async function start() {
  installWorker("/owner/worker.js");
  await speak("owner");
  let reason = null;
  try {
    const config = await fetchJson("/owner/config.json");
    page.doors = Object.entries(config.door_names).map(([door_id, name]) => ({ door_id, name }));
    session = new Session(config);
    await session.finishLogIn();
  } catch (error) {
    if (session === null) return showUnreachable();
    reason = error instanceof LoginFailedError ? error.message : t("login.failed");
  }
  page.api = new OwnerApi(session);
  document.getElementById("log-out").addEventListener("click", logOut);
  document.getElementById("skip").addEventListener("click", skipToContent);
  noteTyping(main);
  window.addEventListener("hashchange", () => session.isOpen && showView({ moveFocus: true }));
  window.addEventListener("offline", () => session.isOpen && failed(new OfflineError()));
  if (!session.isOpen) return showLogin(reason);
  setText(document.getElementById("email"), session.email);
  account.hidden = false;
  page.role = session.role;
  setText(document.getElementById("role"), `${t(`role.${page.role}`)} · ${t(`role.${page.role}.may`)}`);
  page.email = session.email;
  showSections(sections, page.role);
  await showView({ moveFocus: false });
  restoreDraft(main, page.email);
}

function logOut() {
  leave();
  forgetDraft();
  session.logOut();
}

/** The hash is the page's address, so the skip link must not use it. */
function skipToContent(event) {
  event.preventDefault();
  main.focus();
}

function showUnreachable() {
  leave();
  const again = element(
    "button",
    { type: "button", class: "button button-primary", on: { click: () => location.reload() } },
    t("page.try_again"),
  );
  main.replaceChildren(
    element(
      "div",
      { class: "card login" },
      element("h1", { tabindex: "-1" }, t("page.unreachable")),
      element("p", { class: "quiet", role: "alert" }, t("page.unreachable_why")),
      again,
    ),
  );
}

start();
