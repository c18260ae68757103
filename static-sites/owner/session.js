// The owner's login: Cognito's hosted login with authorization code and PKCE. No password comes near this page.
// Tokens live in sessionStorage: they end with the tab.

import { fetchJson, RefusedError } from "/shared/http.js";
import { t } from "/shared/i18n.js";
import { challengeOf, claimsOf, randomText } from "./pkce.js";

const TOKENS = "smart-door.tokens";
const LOGIN = "smart-door.login";
const ROLES = ["owner", "member", "guest"]; // the first that somebody has counts
const REFRESH_BEFORE_EXPIRY_SECONDS = 60;

/** Nobody is logged in, or no longer. */
export class SessionOverError extends Error {
  constructor() {
    super("the session is over");
    this.name = "SessionOverError";
  }
}

/** The login came back without success; the message is for people. */
export class LoginFailedError extends Error {
  constructor(message) {
    super(message);
    this.name = "LoginFailedError";
  }
}

export class Session {
  #config;
  #tokens;
  #refreshing = null;

  constructor(config) {
    this.#config = config;
    this.#tokens = JSON.parse(sessionStorage.getItem(TOKENS) ?? "null");
  }

  get isOpen() {
    return this.#tokens !== null;
  }

  get email() {
    return this.#tokens ? (claimsOf(this.#tokens.id_token).email ?? "") : "";
  }

  /** owner, member or guest, as the API will see it; it decides, the page only shows what can be done. */
  get role() {
    const groups = this.#tokens ? (claimsOf(this.#tokens.id_token)["cognito:groups"] ?? []) : [];
    return ROLES.find((role) => groups.includes(role)) ?? "guest";
  }

  /** Leaves for the hosted login; afterwards the page comes back to the same hash. */
  async logIn() {
    const login = { state: randomText(), verifier: randomText(), returnTo: location.hash };
    sessionStorage.setItem(LOGIN, JSON.stringify(login));
    const query = new URLSearchParams({
      response_type: "code",
      client_id: this.#config.client_id,
      redirect_uri: homeAddress(),
      scope: "openid email",
      state: login.state,
      code_challenge: await challengeOf(login.verifier),
      code_challenge_method: "S256",
    });
    location.assign(`${this.#config.login_url}/oauth2/authorize?${query}`);
  }

  /** Where the hosted login sent us back, takes the tokens. Throws LoginFailedError. */
  async finishLogIn() {
    const answer = new URLSearchParams(location.search);
    if (!answer.has("code") && !answer.has("error")) return;
    const login = JSON.parse(sessionStorage.getItem(LOGIN) ?? "null");
    sessionStorage.removeItem(LOGIN);
    history.replaceState(null, "", homeAddress() + (login?.returnTo ?? ""));
    if (answer.has("error")) throw new LoginFailedError(t("login.not_completed"));
    if (!login || answer.get("state") !== login.state) {
      throw new LoginFailedError(t("login.foreign"));
    }
    const tokens = await this.#askForTokens({
      grant_type: "authorization_code",
      code: answer.get("code"),
      redirect_uri: homeAddress(),
      code_verifier: login.verifier,
    });
    this.#keep(tokens);
  }

  /** A token for the API, refreshed where it is about to expire. Throws SessionOverError, OfflineError. */
  async idToken() {
    if (!this.#tokens) throw new SessionOverError();
    const secondsLeft = claimsOf(this.#tokens.id_token).exp - Date.now() / 1000;
    if (secondsLeft < REFRESH_BEFORE_EXPIRY_SECONDS) await this.refresh();
    return this.#tokens.id_token;
  }

  /** Takes new tokens; callers at the same time share one request. Throws SessionOverError, OfflineError. */
  async refresh() {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  /** Forgets the tokens here; the hosted login still remembers the person. */
  end() {
    this.#tokens = null;
    sessionStorage.removeItem(TOKENS);
  }

  /** Forgets the tokens here and the session at the hosted login. */
  logOut() {
    this.end();
    const query = new URLSearchParams({ client_id: this.#config.client_id, logout_uri: homeAddress() });
    location.assign(`${this.#config.login_url}/logout?${query}`);
  }

  async #refreshOnce() {
    const refreshToken = this.#tokens?.refresh_token;
    try {
      if (!refreshToken) throw new SessionOverError();
      const tokens = await this.#askForTokens({ grant_type: "refresh_token", refresh_token: refreshToken });
      if (!this.#tokens) throw new SessionOverError(); // they logged out meanwhile
      this.#keep({ refresh_token: refreshToken, ...tokens });
    } catch (error) {
      const isOver = error instanceof SessionOverError || (error instanceof RefusedError && error.status < 500);
      if (!isOver) throw error;
      this.end();
      throw new SessionOverError();
    }
  }

  async #askForTokens(fields) {
    return fetchJson(`${this.#config.login_url}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({ client_id: this.#config.client_id, ...fields }),
    });
  }

  #keep(tokens) {
    this.#tokens = { id_token: tokens.id_token, refresh_token: tokens.refresh_token };
    sessionStorage.setItem(TOKENS, JSON.stringify(this.#tokens));
  }
}

/** The one address that is registered for coming back: this site's, without hash and query. */
function homeAddress() {
  return `${location.origin}/owner/`;
}
