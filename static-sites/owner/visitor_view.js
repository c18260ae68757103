// #/visitors/{visitor_id}: one person on file, and what their owner may do about them.

import { element, setAttribute, setText } from "/shared/dom.js";
import { OfflineError, RefusedError } from "/shared/http.js";
import { localeTag, t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { confirmed } from "./confirm.js";
import { showAtField } from "./fields.js";
import { personFields, showProblems } from "./person_fields.js";
import { problemBox, problemText } from "./problems.js";
import { visitorDoors } from "./visitor_doors.js";
import { visitorMerge } from "./visitor_merge.js";
import { visitorPhotos } from "./visitor_photos.js";
import { changeVisitor, deleteVisitor, visitor as fetchVisitor } from "./visitors_api.js";
import { face } from "./visitors_view.js";

const POLL_MILLISECONDS = 20_000;

export function visitorView(page, visitorId) {
  let visitor = null;
  let poller = null;
  let isBusy = false;
  let attempts = 0;
  const mayManage = page.role === "owner";
  const refresh = () => poller.now();

  const picture = face({ onLinkFailed: refresh });
  const heading = element("h1", { tabindex: "-1" }, t("visitors.one"));
  const badge = element("span", { class: "badge" });
  const meta = element("p", { class: "quiet" });
  const head = element("header", { class: "person-head" }, picture.root, element("div", { class: "stack-tight" }, heading, badge, meta));
  const visits = element("a", { class: "button" }, t("visitors.visits"));
  const photos = visitorPhotos({ page, mayManage, attempt, onChanged: show, onLinkFailed: refresh });
  const details = mayManage ? detailsForm({ save }) : null;
  const permission = mayManage ? permissionPanel({ change: changeStatus }) : null;
  const doors = mayManage ? visitorDoors({ doors: page.doors, change: changeDoors }) : null;
  const merge = mayManage ? visitorMerge({ page, attempt, onMerged: merged }) : null;
  const removal = mayManage ? removalPanel({ remove }) : null;
  const body = element(
    "div",
    { class: mayManage ? "person-page" : "stack" },
    photos.root,
    mayManage && element("div", { class: "stack" }, details.root, permission.root, doors.root, merge.root, removal.root),
  );
  const root = element(
    "article",
    { class: "stack", "aria-busy": "true" },
    element("p", {}, element("a", { href: "#/visitors" }, t("visitors.all"))),
    head,
    element("p", {}, visits),
    body,
  );
  const untilShown = [picture.root, badge, meta, visits.parentElement, body];
  for (const part of untilShown) part.hidden = true;

  async function load() {
    const before = attempts;
    try {
      const latest = await fetchVisitor(page.api, visitorId);
      page.reached();
      if (before === attempts) show(latest); // an answer from before a change would take the change back
      return true;
    } catch (error) {
      if (!isGone(error) && error.status !== 400) page.failed(error);
      else if (before === attempts) gone();
      return false;
    }
  }

  function show(latest) {
    visitor = latest;
    const isBlocked = visitor.status === "blocked";
    setText(heading, visitor.name);
    setText(badge, isBlocked ? t("visitors.blocked") : t("visitors.approved"));
    setAttribute(badge, "class", `badge badge-${isBlocked ? "danger" : "good"}`);
    const since = t("visitors.since", { day: day(visitor.created_at) });
    setText(meta, [visitor.phone, since].filter(Boolean).join(" · "));
    setAttribute(visits, "href", `#/activity?visitor=${encodeURIComponent(visitor.visitor_id)}`);
    for (const part of [picture, photos, details, permission, doors, merge, removal]) part?.update(visitor);
    for (const part of untilShown) part.hidden = false;
    page.setTitle(visitor.name);
    setAttribute(root, "aria-busy", null);
  }

  /** Does one thing at the home at a time. What went wrong is said, and the answer is null. */
  async function attempt(task, showProblem = page.warn) {
    if (isBusy) return null;
    isBusy = true;
    attempts += 1;
    try {
      const answer = await task();
      page.reached();
      return answer;
    } catch (error) {
      if (isGone(error)) gone();
      else if (error instanceof OfflineError || error instanceof RefusedError) showProblem(problemText(error), error);
      else page.failed(error);
      return null;
    } finally {
      attempts += 1;
      isBusy = false;
    }
  }

  async function save(changes, showProblem) {
    const changed = await attempt(() => changeVisitor(page.api, visitor.visitor_id, changes), showProblem);
    if (!changed) return;
    show(changed);
    page.say(t("visitors.saved"), "good");
  }

  async function changeStatus(status) {
    const changed = await attempt(() => changeVisitor(page.api, visitor.visitor_id, { status }));
    if (!changed) return;
    show(changed);
    const { name } = changed;
    page.say(status === "blocked" ? t("visitors.blocked_now", { name }) : t("visitors.unblocked_now", { name }), "good");
  }

  async function changeDoors(doorIds) {
    const changed = await attempt(() => changeVisitor(page.api, visitor.visitor_id, { door_ids: doorIds }));
    if (!changed) return;
    show(changed);
    page.say(t("visitors.saved"), "good");
  }

  function merged(kept, other) {
    show(kept);
    page.say(t("visitors.merged", { name: kept.name, other: other.name }), "good");
    heading.focus();
  }

  async function remove() {
    const { name } = visitor;
    const sure = await confirmed({
      question: t("visitors.delete_question", { name }),
      explanation: t("visitors.delete_explanation"),
      yes: t("visitors.delete"),
    });
    const deleted = sure && (await attempt(() => deleteVisitor(page.api, visitor.visitor_id)));
    if (deleted) end(t("visitors.deleted", { name }), deletedList(deleted));
  }

  function gone() {
    end(t("visitors.gone"), element("p", {}, t("visitors.gone_why")));
  }

  /** There is nobody to show any more: only what became of them. */
  function end(title, ...more) {
    poller.stop();
    setText(heading, title);
    page.setTitle(title);
    root.replaceChildren(
      element("div", { class: "card empty stack", role: "status" }, heading, ...more),
      element("p", {}, element("a", { class: "button button-primary", href: "#/visitors" }, t("visitors.all"))),
    );
    setAttribute(root, "aria-busy", null);
    heading.focus();
  }

  return {
    root,
    start() {
      page.setTitle(t("visitors.one"));
      poller = poll(load, () => POLL_MILLISECONDS);
    },
    stop: () => poller.stop(),
  };
}

function isGone(error) {
  return error instanceof RefusedError && error.code === "visitor_not_found";
}

/** Name and phone number; what is half written stays over updates. */
function detailsForm({ save }) {
  let shown = null;
  const person = personFields();
  const { name, phone } = person;
  const problem = problemBox();
  const root = element(
    "form",
    { class: "card panel", novalidate: true, on: { submit } },
    element("h2", {}, t("visitors.details")),
    name.root,
    phone.root,
    problem.root,
    element("div", { class: "person-buttons" }, element("button", { type: "submit", class: "button button-primary" }, t("visitors.save"))),
  );

  async function submit(event) {
    event.preventDefault();
    const { fields, problems } = person.read();
    showProblem(null);
    showProblems([name, phone], problems);
    if (problems.length === 0) await save(fields, showProblem);
  }

  function showProblem(text, error = null) {
    problem.show(showAtField(error, { name, phone }) ? null : text);
  }

  return {
    root,
    update(visitor) {
      for (const [field, key] of [[name, "name"], [phone, "phone"]]) {
        if (!shown || shown[key] !== visitor[key]) field.input.value = visitor[key];
      }
      shown = visitor;
    },
  };
}

function permissionPanel({ change }) {
  let status = "approved";
  const help = element("p", {});
  const button = element("button", { type: "button", on: { click: () => change(status === "blocked" ? "approved" : "blocked") } });
  return {
    root: element("section", { class: "card panel" }, element("h2", {}, t("visitors.permission")), help, element("div", {}, button)),
    update({ name, status: latest }) {
      status = latest;
      const isBlocked = status === "blocked";
      setText(help, isBlocked ? t("visitors.blocked_help", { name }) : t("visitors.approved_help", { name }));
      setText(button, isBlocked ? t("visitors.unblock") : t("visitors.block"));
      setAttribute(button, "class", isBlocked ? "button" : "button button-danger");
    },
  };
}

function removalPanel({ remove }) {
  const button = element("button", { type: "button", class: "button button-danger", on: { click: remove } }, t("visitors.delete"));
  const help = element("p", { class: "quiet" }, t("visitors.delete_help"));
  return {
    root: element("section", { class: "card panel" }, element("h2", {}, t("visitors.delete_title")), help, element("div", {}, button)),
    update: () => {},
  };
}

/** What the home says that it deleted. */
function deletedList({ faces, photos, visits, passes, codes }) {
  const lines = [
    t("visitors.deleted_record"),
    faces > 0 && t("visitors.deleted_faces", { count: faces }),
    photos > 0 && t("visitors.deleted_photos", { count: photos }),
    passes > 0 && t("visitors.deleted_passes", { count: passes }),
    codes > 0 && t("visitors.deleted_codes", { count: codes }),
    visits > 0 && t("visitors.deleted_visits", { count: visits }),
  ];
  return element("ul", { class: "deleted" }, ...lines.filter(Boolean).map((line) => element("li", {}, line)));
}

function day(isoTime) {
  return new Intl.DateTimeFormat(localeTag(), { dateStyle: "medium" }).format(new Date(isoTime));
}
