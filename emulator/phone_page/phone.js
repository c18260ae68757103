// The phone page: every text message and e-mail, newest first. It stands alone: the emulator shows it without any application.

const POLL_MILLISECONDS = 1_000;
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

const list = document.getElementById("messages");
const empty = document.getElementById("empty");
const connection = document.getElementById("connection");
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
let shown = 0;

async function refresh() {
  try {
    const response = await fetch("/phone/messages", { cache: "no-store" });
    if (!response.ok) throw new TypeError(`status ${response.status}`);
    show(await response.json());
    setText(connection, "");
  } catch (error) {
    setText(connection, "No signal");
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
  }
}

/** Adds what is new; what is there stays as it is, so that a selected code stays selected. */
function show(messages) {
  const ordered = [...messages].sort((a, b) => Date.parse(a.sent_at) - Date.parse(b.sent_at));
  if (ordered.length < shown) {
    shown = 0;
    list.replaceChildren();
  }
  for (const message of ordered.slice(shown)) list.prepend(bubble(message));
  shown = ordered.length;
  empty.hidden = shown > 0;
}

function bubble({ to, subject, text, sent_at: sentAt }) {
  const time = Object.assign(document.createElement("time"), {
    dateTime: sentAt,
    textContent: clock.format(new Date(sentAt)),
  });
  const head = Object.assign(document.createElement("p"), { className: "bubble-head" });
  head.append(`To ${to}`, time);
  const body = Object.assign(document.createElement("p"), { className: "bubble" });
  if (subject) body.append(Object.assign(document.createElement("strong"), { textContent: subject }), "\n\n");
  body.append(...withLinks(text));
  const item = document.createElement("li");
  item.append(head, body);
  return item;
}

/** The text in pieces; only addresses of this very site become links. */
function withLinks(text) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    pieces.push(text.slice(end, match.index), isOurs(match[0]) ? link(match[0]) : match[0]);
    end = match.index + match[0].length;
  }
  return [...pieces, text.slice(end)];
}

function isOurs(address) {
  return URL.canParse(address) && new URL(address).origin === location.origin;
}

function link(address) {
  return Object.assign(document.createElement("a"), {
    href: address,
    target: "_blank",
    rel: "noopener",
    textContent: address,
  });
}

function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL_MILLISECONDS);
}

poll();
