import { LivelineError } from './http.js';

/** Strings of JSON, in which digits mean nothing, and its numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?\d+$/;

/**
 * Parses the JSON of counters. An integer that a number cannot hold exactly becomes a bigint.
 *
 * @param {string} text JSON in which no string begins with U+0000, which no name of a counter does
 */
export function parseIntegers(text) {
  if (!/\d{16}/.test(text)) {
    return JSON.parse(text);
  }
  const marked = text.replace(TOKENS, (token) =>
    INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `"\\u0000${token}"` : token,
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith('\0') ? BigInt(value.slice(1)) : value,
  );
}

/**
 * Returns a value as the application wants it.
 *
 * @param {number | bigint} value
 * @param {boolean} wantsBigint
 * @param {string} name name of the counter
 * @returns {number | bigint}
 */
export function integerOf(value, wantsBigint, name) {
  if (wantsBigint) {
    return BigInt(value);
  }
  if (typeof value === 'bigint') {
    const detail = `The value of ${name}, ${value}, is no exact number: ask for bigint values`;
    throw new LivelineError('beyond_number', detail);
  }
  return value;
}
