// The parts of the owner page: which addresses belong to which, and the links to them.

import { element, setAttribute } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { activityView } from "./activity_view.js";
import { householdView } from "./household_view.js";
import { settingsView } from "./settings_view.js";
import { newPassView } from "./passes_new_view.js";
import { passesView } from "./passes_view.js";
import { visitView } from "./visit_view.js";
import { visitorView } from "./visitor_view.js";
import { visitorsView } from "./visitors_view.js";
import { visitsView } from "./visits_view.js";

/**
 * An address after # without its query, the section that it is in, and who makes its view: (page, ...parts of the address, query)
 * to {root, start(), stop()}, and follow(hash) where it can go on from one address to another by itself. The first that fits counts; the last fits always.
 */
const ROUTES = [
  { address: /^#\/visits\/([^/]+)\/([^/]+)$/, section: "now", view: visitView },
  { address: /^#\/settings$/, section: "home", view: settingsView },
  { address: /^#\/household$/, section: "home", view: householdView },
  { address: /^#\/passes\/new$/, section: "passes", view: newPassView },
  { address: /^#\/passes$/, section: "passes", view: passesView },
  { address: /^#\/visitors\/([^/]+)$/, section: "visitors", view: visitorView },
  { address: /^#\/visitors$/, section: "visitors", view: visitorsView },
  { address: /^#\/activity$/, section: "activity", view: activityView },
  { address: /^/, section: "now", view: visitsView },
];

/** What everybody sees who may look, in this order; a link's words are `section.<name>`. */
const SECTIONS = [
  { name: "now", href: "#/visits" },
  { name: "activity", href: "#/activity" },
  { name: "visitors", href: "#/visitors" },
  { name: "passes", href: "#/passes", roles: ["owner", "member"] },
  { name: "home", href: "#/settings" },
];

/** The view of an address, not started yet, and the section that it is in. */
export function viewOf(hash, page) {
  const [path, query = ""] = hash.split("?");
  const { address, section, view } = ROUTES.find((route) => route.address.test(path));
  return { section, view: view(page, ...address.exec(path).slice(1).map(decoded), new URLSearchParams(query)) };
}

/** Fills the navigation with the links that this role may follow. */
export function showSections(navigation, role) {
  const links = SECTIONS.filter(({ roles }) => !roles || roles.includes(role)).map(({ name, href }) =>
    element("a", { href, "data-section": name }, t(`section.${name}`)),
  );
  navigation.replaceChildren(...links);
  navigation.hidden = links.length < 2;
}

/** Marks the section that is shown. */
export function markSection(navigation, section) {
  for (const link of navigation.children) {
    setAttribute(link, "aria-current", link.dataset.section === section ? "page" : null);
  }
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
