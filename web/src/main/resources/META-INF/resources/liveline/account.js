/**
 * Returns the id of an account, for what the tabs of a browser share. It never consists of a display name alone where
 * users have tokens, since two accounts may have the same name.
 *
 * @param {string | undefined} token
 * @param {string | undefined} name name of a guest
 * @returns {string | undefined} undefined if the token does not tell: then nothing may be shared
 */
export function accountOf(token, name) {
  if (token === undefined) {
    return `guest ${name}`;
  }
  try {
    const { sub } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return typeof sub === 'string' ? `user ${sub}` : undefined;
  } catch {
    return undefined;
  }
}
