// The parts of the owner page: which addresses belong to which, and the links to them.

import { element, icon, setAttribute } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { visitView } from "./visit_view.js";
import { visitsView } from "./visits_view.js";

/**
 * An address after # without its query, the section that it is in, and who makes its view: (page, ...parts of the
 * address, query) to {root, start(), stop()}, and follow(hash) where it can go on from one address to another by
 * itself. The first that fits counts; the last fits always. Who is at the door is there at once, the rest is loaded
 * when it is asked for.
 */
const ROUTES = [
  { address: /^#\/visits\/([^/]+)\/([^/]+)$/, section: "now", view: () => visitView },
  { address: /^#\/settings$/, section: "home", view: async () => (await import("./settings_view.js")).settingsView },
  { address: /^#\/household$/, section: "home", view: async () => (await import("./household_view.js")).householdView },
  { address: /^#\/passes\/new$/, section: "passes", view: async () => (await import("./passes_new_view.js")).newPassView },
  { address: /^#\/passes$/, section: "passes", view: async () => (await import("./passes_view.js")).passesView },
  { address: /^#\/visitors\/([^/]+)$/, section: "visitors", view: async () => (await import("./visitor_view.js")).visitorView },
  { address: /^#\/visitors$/, section: "visitors", view: async () => (await import("./visitors_view.js")).visitorsView },
  { address: /^#\/activity$/, section: "activity", view: async () => (await import("./activity_view.js")).activityView },
  { address: /^/, section: "now", view: () => visitsView },
];

const BELL = "M6 15.5V11a6 6 0 0 1 12 0v4.5l1.5 2h-15zM10 20.5h4";
const CLOCK = "M12 7.5V12l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z";
const PEOPLE =
  "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 19.5a6 6 0 0 1 12 0M16 4.9a3.5 3.5 0 0 1 0 6.2M17.5 14.2a6 6 0 0 1 3.5 5.3";
const KEY = "M12.5 15.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM11.5 12.5L20 4M16 8l2.5 2.5";
const SLIDERS = "M3 8h9M18 8h3M3 16h3M12 16h9M15 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM9 13a3 3 0 1 0 0 6 3 3 0 0 0 0-6z";

/** What everybody sees who may look, in this order; a link's words are `section.<name>`. */
const SECTIONS = [
  { name: "now", href: "#/visits", picture: BELL },
  { name: "activity", href: "#/activity", picture: CLOCK },
  { name: "visitors", href: "#/visitors", picture: PEOPLE },
  { name: "passes", href: "#/passes", picture: KEY, roles: ["owner", "member"] },
  { name: "home", href: "#/settings", picture: SLIDERS },
];

/** The section of an address, and `open(page)`, which makes its view, not started yet. Throws TypeError where it does not load. */
export async function sectionOf(hash) {
  const [path, query = ""] = hash.split("?");
  const { address, section, view } = ROUTES.find((route) => route.address.test(path));
  const make = await view();
  const parts = address.exec(path).slice(1).map(decoded);
  return { section, open: (page) => make(page, ...parts, new URLSearchParams(query)) };
}

/** Fills the navigation with the links that this role may follow. */
export function showSections(navigation, role) {
  const links = SECTIONS.filter(({ roles }) => !roles || roles.includes(role)).map(({ name, href, picture }) =>
    element("a", { href, "data-section": name }, icon(picture), element("span", {}, t(`section.${name}`))),
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
