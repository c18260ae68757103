// #/household: who may log in, and what they may do there.

import { element, reconcile, setAttribute, setText } from "/shared/dom.js";
import { RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { poll } from "/shared/poll.js";
import { confirmed } from "./confirm.js";
import { pictureChoice, textField, uniqueId } from "./fields.js";
import { changeContact, changeRole, inviteMember, readHousehold, removeMember } from "./home_api.js";
import { homeHead, part, problemBox, problemInForm, ROLES } from "./home_parts.js";
import { toldForm, toldSummary } from "./told_form.js";

const LOOK_EVERY_MILLISECONDS = 15_000;
const EMAIL = /^[^@\s]{1,64}@[^@\s]+\.[^@\s]+$/;

export function householdView(page) {
  const isOwner = page.role === "owner";
  const heading = homeHead(page, "household");
  const rows = new Map();
  const list = element("ul", { role: "list", class: "home-rows" });
  const homePhone = element("p", { class: "quiet small" });
  const alone = element("p", { class: "quiet", hidden: true }, t("household.alone"));
  const root = element(
    "div",
    { class: "stack home", "aria-busy": isOwner ? "true" : null },
    heading,
    isOwner ? part(t("household.who"), homePhone, list, alone, element("p", { class: "quiet small" }, t("household.within_the_hour"))) : element("p", { class: "notice" }, t("household.owners_only")),
    isOwner ? invitation(page, refresh) : roles(page),
  );
  let poller = null;
  let questions = 0;

  async function refresh() {
    questions += 1;
    const mine = questions;
    try {
      const { members, home_phone: phone } = await readHousehold(page.api);
      page.reached();
      if (mine !== questions) return true; // a slow answer from before a change would take the change back
      const isInside = list.contains(document.activeElement);
      reconcile(list, rows, members, (member) => member.member_id, (member) => memberRow(member, page, refresh));
      if (isInside && !list.contains(document.activeElement)) root.querySelector("h1").focus();
      alone.hidden = members.length > 1;
      setText(homePhone, t("household.home_phone", { phone }));
      setAttribute(root, "aria-busy", null);
      return true;
    } catch (error) {
      page.failed(error);
      return false;
    }
  }

  return {
    root,
    start() {
      page.setTitle(t("home.household"));
      if (isOwner) poller = poll(refresh, () => LOOK_EVERY_MILLISECONDS);
    },
    stop: () => poller?.stop(),
  };
}

/** Somebody who may log in: {root, update(member)}. A role that was chosen and not saved yet stays chosen. */
function memberRow(first, page, refresh) {
  let member = first;
  let busy = false;
  const id = uniqueId("role");
  const isMe = first.email.toLowerCase() === page.email.toLowerCase();
  const invited = element("span", { class: "badge badge-waiting" }, t("household.invited"));
  const role = element(
    "select",
    { id, on: { change: choose } },
    ...ROLES.map((name) => element("option", { value: name }, t(`role.${name}`))),
  );
  const save = element(
    "button",
    { type: "submit", class: "button button-primary", hidden: true, "aria-label": t("household.save_role", { person: first.email }) },
    t("household.save"),
  );
  const remove = element(
    "button",
    {
      type: "button",
      class: "button button-danger",
      "aria-label": t("household.remove_person", { person: first.email }),
      on: { click: leave },
    },
    t("household.remove"),
  );
  const means = element("p", { class: "small" });
  const problem = problemBox();
  const told = toldForm({ page, save: tell });
  const toldNow = element("span", { class: "quiet small" });
  const root = element(
    "li",
    { class: "home-row" },
    element(
      "div",
      { class: "home-person" },
      element("strong", {}, first.email),
      isMe && element("span", { class: "badge" }, t("household.you")),
      invited,
    ),
    element(
      "form",
      { class: "home-member", on: { submit: send } },
      element(
        "div",
        { class: "field" },
        element("label", { for: id, class: "visually-hidden" }, t("household.role_of", { person: first.email })),
        role,
      ),
      save,
      remove,
    ),
    means,
    problem.root,
    element(
      "details",
      { class: "told" },
      element(
        "summary",
        {},
        element("span", {}, t("told.title"), element("span", { class: "visually-hidden" }, ` (${first.email})`)),
        toldNow,
      ),
      told.root,
    ),
  );

  function update(latest) {
    const isChoosing = !save.hidden;
    member = latest;
    invited.hidden = !member.is_invited;
    if (!isChoosing) role.value = member.role;
    choose();
    setText(toldNow, toldSummary(member));
    told.update(member);
  }

  async function tell(contact) {
    update(await changeContact(page.api, member.member_id, contact));
    await refresh();
    return member;
  }

  function choose() {
    save.hidden = role.value === member.role;
    means.hidden = save.hidden;
    setText(means, save.hidden ? "" : t(`role.${role.value}.may`));
    if (!save.hidden) problem.show(null);
  }

  async function send(event) {
    event.preventDefault();
    const wanted = role.value;
    if (wanted === member.role) return;
    const gives = isMe && wanted !== "owner";
    if (gives && !(await confirmed(ownRoleQuestion()))) return;
    await doing(async () => {
      const changed = await changeRole(page.api, member.member_id, wanted);
      page.say(t("household.changed", { person: changed.email, role: t(`role.${changed.role}`) }), "good");
      update(changed);
      role.focus();
    });
  }

  async function leave() {
    const question = isMe
      ? { question: t("household.leave_question"), explanation: t("household.leave_explanation"), yes: t("household.leave") }
      : {
          question: t("household.remove_question", { person: member.email }),
          explanation: t("household.remove_explanation"),
          yes: t("household.remove"),
        };
    if (!(await confirmed(question))) return;
    await doing(async () => {
      const gone = await removeMember(page.api, member.member_id);
      page.say(t("household.removed", { person: gone.email }), "good");
    });
  }

  /** One change at a time; afterwards the list is fetched again, and whatever went wrong stands in the row. */
  async function doing(change) {
    if (busy) return;
    busy = true;
    problem.show(null);
    try {
      await change();
      await refresh();
    } catch (error) {
      const text = problemInForm(error);
      if (!text) return page.failed(error);
      role.value = member.role;
      choose();
      problem.show(text);
      if (error.code === "member_not_found") await refresh();
    } finally {
      busy = false;
    }
  }

  return { root, update };
}

function ownRoleQuestion() {
  return { question: t("household.own_role_question"), explanation: t("household.own_role_explanation"), yes: t("household.own_role_yes") };
}

/** The form that invites somebody. */
function invitation(page, refresh) {
  let busy = false;
  const email = textField({
    label: t("household.email"),
    hint: t("household.email_hint"),
    type: "email",
    autocomplete: "off",
    maxlength: 254,
  });
  const role = pictureChoice({ legend: t("household.as") });
  role.update(ROLES.map((name) => ({ value: name, label: t(`role.${name}`), detail: t(`role.${name}.may`) })));
  chooseMember();
  const problem = problemBox();
  const send = element("button", { type: "submit", class: "button button-primary" }, t("household.send"));
  const form = element(
    "form",
    { class: "home-invite", novalidate: true, on: { submit: invite } },
    email.root,
    role.root,
    problem.root,
    element("div", { class: "home-buttons" }, send),
  );

  function chooseMember() {
    role.root.querySelector('[value="member"]').checked = true;
  }

  async function invite(event) {
    event.preventDefault();
    if (busy) return;
    problem.show(null);
    if (!EMAIL.test(email.value)) return mistake(t("household.email_wrong"));
    setBusy(true);
    try {
      const member = await inviteMember(page.api, email.value, role.value);
      page.say(t("household.sent", { person: member.email }), "good");
      form.reset();
      chooseMember();
      email.input.focus();
      await refresh();
    } catch (error) {
      const text = problemInForm(error);
      if (!text) page.failed(error);
      else if (error instanceof RefusedError && error.code === "request_invalid") mistake(t("household.email_wrong"));
      else if (error instanceof RefusedError && error.code === "member_exists") mistake(text);
      else problem.show(text);
    } finally {
      setBusy(false);
    }
  }

  function mistake(text) {
    email.showError(text);
    email.input.focus();
  }

  function setBusy(now) {
    busy = now;
    send.setAttribute("aria-disabled", String(now));
    send.textContent = now ? t("page.one_moment") : t("household.send");
  }

  return part(t("household.invite"), form);
}

/** What each role may do, and which one the reader has. */
function roles(page) {
  const rows = ROLES.map((name) =>
    element(
      "div",
      {},
      element(
        "dt",
        {},
        t(`role.${name}`),
        name === page.role && element("span", { class: "badge" }, t("household.your_role")),
      ),
      element("dd", {}, t(`role.${name}.may`)),
    ),
  );
  return part(t("household.roles"), element("dl", { class: "home-facts" }, ...rows));
}
