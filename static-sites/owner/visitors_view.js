// #/visitors: everyone who has a name here, to look through and to search.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { searchField } from "./fields.js";
import { markedPhoto } from "./photo.js";
import { matching } from "./visitors_api.js";

const POLL_MILLISECONDS = 20_000;

export function visitorsView(page) {
  let visitors = null;
  let poller = null;

  const search = searchField(t("visitors.search"), show);
  const count = element("p", { class: "quiet small", role: "status" });
  const list = element("ul", { role: "list", class: "people", "aria-label": t("visitors.title") });
  const people = new Map();
  const empty = element(
    "div",
    { class: "card empty stack", hidden: true },
    element("h2", {}, t("visitors.nobody")),
    element("p", {}, t("visitors.nobody_why")),
    element("p", {}, element("a", { href: "#/visits" }, t("visitors.nobody_next"))),
  );
  const root = element(
    "div",
    { class: "stack", "aria-busy": "true" },
    element("h1", { tabindex: "-1" }, t("visitors.title")),
    search.root,
    count,
    empty,
    list,
  );
  search.root.classList.add("people-search");
  search.root.hidden = true;

  async function load() {
    try {
      visitors = await page.api.visitors();
      page.reached();
      show();
      return true;
    } catch (error) {
      page.failed(error);
      return false;
    }
  }

  function show() {
    if (!visitors) return;
    const found = matching(visitors, search.value);
    reconcile(list, people, found, (person) => person.visitor_id, () => personCard(() => poller.now()));
    empty.hidden = visitors.length > 0;
    search.root.hidden = visitors.length === 0;
    const nobody = found.length === 0 && visitors.length > 0;
    setText(count, nobody ? t("visitors.none_found", { query: search.value }) : countText(found.length));
    setAttribute(root, "aria-busy", null);
  }

  const countText = (number) => (number > 0 ? t("visitors.count", { count: number }) : "");

  return {
    root,
    start() {
      page.setTitle(t("visitors.title"));
      poller = poll(load, () => POLL_MILLISECONDS);
    },
    stop: () => poller.stop(),
  };
}

/** The face of somebody on file, or their initial: {root, update(visitor)}. What is read out stands beside it. */
export function face({ onLinkFailed }) {
  const initial = element("span", { class: "face-initial" });
  const photo = markedPhoto({ onLinkFailed, emptyText: "" });
  const root = element("div", { class: "face", "aria-hidden": "true" }, initial, photo.root);
  return {
    root,
    update(visitor) {
      setText(initial, [...visitor.name][0].toUpperCase());
      photo.root.hidden = !visitor.photo_url;
      photo.update({ url: visitor.photo_url, alt: "", faces: [] });
    },
  };
}

function personCard(refresh) {
  const picture = face({ onLinkFailed: refresh });
  const name = element("a", { class: "person-name" });
  const phone = element("span", { class: "quiet small" });
  const blocked = element("span", { class: "badge badge-danger" }, t("visitors.blocked"));
  const root = element(
    "li",
    { class: "card person" },
    picture.root,
    element("div", { class: "person-words" }, name, phone, blocked),
  );
  return {
    root,
    update(visitor) {
      picture.update(visitor);
      setText(name, visitor.name);
      setAttribute(name, "href", `#/visitors/${encodeURIComponent(visitor.visitor_id)}`);
      setText(phone, visitor.phone ?? "");
      blocked.hidden = visitor.status !== "blocked";
    },
  };
}
