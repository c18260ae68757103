// #/activity?day=…&visitor=…&door=…&outcome=…: every visit with its decision, as the address filters them.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { addressOf, filterOf, isFiltered, MOST_LINES, table, visitsBefore } from "./activity_api.js";
import { activityFilter } from "./activity_filter.js";
import { byDay, dayGroup } from "./activity_rows.js";
import { problemText, sayProblem } from "./problems.js";
import { keyOf, newestFirst } from "./visits.js";

const POLL_MILLISECONDS = 15_000;
const RETRY_MILLISECONDS = 1_000;
const SKELETONS = 4;

export function activityView(page, query) {
  const heading = element("h1", { tabindex: "-1" }, t("activity.title"));
  const fields = activityFilter({ doors: page.doors, onChange: (chosen) => location.assign(addressOf(chosen)) });
  const zoneNote = element("p", { class: "quiet small", hidden: true });
  const loading = skeletons();
  const days = element("div", { class: "stack activity-days" });
  const emptyText = element("p", { class: "quiet" });
  const clear = button(t("activity.clear"), () => {
    heading.focus();
    location.assign("#/activity");
  });
  const empty = element("div", { class: "card empty activity-empty", hidden: true }, emptyText, clear);
  const older = button(t("visits.older"), showOlder);
  const save = button(t("activity.save"), saveTable);
  const saving =
    page.role === "owner"
      ? element(
          "section",
          { class: "activity-save" },
          save,
          element("p", { class: "quiet small" }, t("activity.save_reach", { most: MOST_LINES })),
        )
      : null;
  const root = element("div", { class: "stack" }, heading, fields.root, zoneNote, loading, days, empty, older, saving);

  let filter = filterOf(query);
  let visits = new Map();
  let groups = new Map();
  let nextBefore = null;
  let hasOlder = false;
  let timeZone = null;
  let people = null;
  let poller = null;

  /** Another filter: the old visits go, so that nobody takes them for the new ones. */
  function begin() {
    visits = new Map();
    groups = new Map();
    days.replaceChildren();
    nextBefore = null;
    hasOlder = false;
    fields.show(filter);
    loading.hidden = false;
    for (const part of [empty, older, saving]) if (part) part.hidden = true;
    setAttribute(root, "aria-busy", "true");
    page.setTitle(t("activity.title"));
  }

  async function refresh() {
    const asked = filter;
    try {
      await learnHome();
      const answer = await visitsBefore(page.api, asked, null);
      page.reached();
      if (asked === filter) take(answer);
      return true;
    } catch (error) {
      if (asked !== filter) return true;
      if (!(error instanceof RefusedError) || error.status >= 500 || error.status === 403) page.failed(error);
      else refuse(error);
      return false;
    }
  }

  async function learnHome() {
    timeZone ??= (await page.api.call("GET", "/settings")).time_zone;
    if (people) return;
    people = await page.api.visitors();
    fields.showPeople(people);
    zoneNote.hidden = timeZone === Intl.DateTimeFormat().resolvedOptions().timeZone;
    setText(zoneNote, t("activity.zone", { zone: timeZone.replaceAll("_", " ") }));
  }

  /** The newest page: what it reaches and does not hold any more is gone. */
  function take({ visits: newest, next_before: next = null }) {
    const isFirst = !loading.hidden;
    for (const [key, { visit_id: id }] of visits) if (!next || id >= next) visits.delete(key);
    add(newest);
    if (!hasOlder) nextBefore = next;
    show();
    if (isFirst && isFiltered(filter)) page.announce(t("activity.found", { count: visits.size }));
  }

  function add(more) {
    for (const visit of more) visits.set(keyOf(visit), visit);
  }

  function show() {
    const shown = byDay(newestFirst(visits.values()), timeZone);
    reconcile(days, groups, shown, ({ day }) => day, (group) => dayGroup(page, group, timeZone));
    older.hidden = nextBefore === null;
    settle(visits.size === 0, nothingText());
    if (saving) saving.hidden = visits.size === 0 && nextBefore === null;
  }

  function nothingText() {
    if (nextBefore !== null) return t("activity.none_so_far");
    return isFiltered(filter) ? t("activity.none_found") : t("activity.none_yet");
  }

  /** The home does not know what the address asks for, such as a person who was deleted. */
  function refuse(error) {
    days.replaceChildren();
    visits.clear();
    groups.clear();
    older.hidden = true;
    if (saving) saving.hidden = true;
    settle(true, problemText(error));
  }

  function settle(isEmpty, text) {
    loading.hidden = true;
    empty.hidden = !isEmpty;
    setText(emptyText, text);
    clear.hidden = !isFiltered(filter);
    setAttribute(root, "aria-busy", null);
  }

  /** On with the keyboard where the older ones begin. */
  async function showOlder() {
    const asked = filter;
    await whileBusy(older, async () => {
      const answer = await visitsBefore(page.api, asked, nextBefore);
      if (asked !== filter) return;
      hasOlder = true;
      nextBefore = answer.next_before ?? null;
      const before = visits.size;
      add(answer.visits);
      show();
      const link = days.querySelectorAll(".visit-row-name")[before];
      if (link ?? older.hidden) (link ?? heading).focus();
    });
  }

  async function saveTable() {
    const { day } = filter;
    await whileBusy(save, async () => {
      const address = URL.createObjectURL(await table(page.api, filter));
      element("a", { href: address, download: day ? `visits-${day}.csv` : "visits.csv" }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
      page.say(t("activity.saved"), "good");
    });
  }

  async function whileBusy(pressed, work) {
    if (pressed.getAttribute("aria-disabled")) return;
    setAttribute(pressed, "aria-disabled", "true");
    try {
      await work();
      page.reached();
    } catch (error) {
      sayProblem(page, error);
    } finally {
      setAttribute(pressed, "aria-disabled", null);
    }
  }

  return {
    root,
    start() {
      begin();
      poller = poll(refresh, () => (loading.hidden ? POLL_MILLISECONDS : RETRY_MILLISECONDS));
    },
    stop: () => poller.stop(),
    /** Another filter of the same screen: the fields keep the focus. */
    follow(hash) {
      const [path, text = ""] = hash.split("?");
      if (path !== "#/activity") return false;
      filter = filterOf(new URLSearchParams(text));
      begin();
      poller.now();
      return true;
    },
  };
}

function button(text, click) {
  return element("button", { type: "button", class: "button", on: { click } }, text);
}

/** The places of the visits to come. */
function skeletons() {
  const places = Array.from({ length: SKELETONS }, () => element("div", { class: "skeleton" }));
  return element(
    "div",
    {},
    element("p", { class: "visually-hidden" }, t("page.one_moment")),
    element("div", { class: "card visit-list", "aria-hidden": "true" }, ...places),
  );
}
