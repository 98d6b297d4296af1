// Puts a piece of a page that this server drew in the place of another: what a live list needs, no more.

const policy = window.trustedTypes?.createPolicy("desk", { createHTML: (html) => html });

/** The CSRF token of this page, for the header X-CSRF-Token of a fetch. */
export const token = () => document.querySelector("meta[name=csrf]").content;

/**
 * Fetch the HTML at `url` from this server and put the children of its <body> in place of those of `element`.
 * Returns false, and changes nothing, when the server cannot be reached or refuses; goes to the sign-in on 401.
 */
export async function refill(element, url, options = {}) {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new Error("foreign address");
  let response;
  try {
    response = await fetch(address, { ...options, headers: { "X-CSRF-Token": token(), ...options.headers } });
  } catch {
    return false;
  }
  if (response.status === 401) location.assign("/ban/dang-nhap");
  if (!response.ok) return false;
  const html = await response.text();
  const drawn = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  element.replaceChildren(...drawn.body.childNodes);
  return true;
}
