// The parts of the owner page: which addresses belong to which, and the links to them.

import { element, setAttribute } from "/shared/dom.js";
import { t } from "/shared/i18n.js";
import { visitView } from "./visit_view.js";
import { visitsView } from "./visits_view.js";

/**
 * An address after #, the section that it is in, and who makes its view: (page, ...parts of the address) to
 * {root, start(), stop()}. The first that fits counts; the last fits always.
 */
const ROUTES = [
  { address: /^#\/visits\/([^/]+)\/([^/]+)$/, section: "now", view: visitView },
  { address: /^/, section: "now", view: visitsView },
];

/** What everybody sees who may look, in this order; a link's words are `section.<name>`. */
const SECTIONS = [{ name: "now", href: "#/visits" }];

/** The view of an address, not started yet, and the section that it is in. */
export function viewOf(hash, page) {
  const { address, section, view } = ROUTES.find((route) => route.address.test(hash));
  return { section, view: view(page, ...address.exec(hash).slice(1).map(decoded)) };
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
