"""Exclusions: results that Schemathesis reports as failures and that are correct, each with its reason."""

from urllib.parse import unquote

import schemathesis


def code(response):
    """Returns the code of a problem, or None for any other answer."""
    try:
        return response.json().get("code")
    except ValueError:
        return None


def strings(value):
    """Returns every string in a request body, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def numbers(value):
    """Returns every number in a request body."""
    if isinstance(value, (int, float)):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from numbers(part)
    elif isinstance(value, list):
        for part in value:
            yield from numbers(part)


# Names may have visible characters beyond ASCII. A pattern would need \p{…}, which Python and the linters do not support, so
# the patterns of the documents allow every character beyond ASCII.
def is_name_with_invisible_characters(case, response):
    sent = [case.path_parameters, dict(case.query or {}), case.body]
    return code(response) in ("bad_room", "bad_name") and any(
        not unquote(text).isascii() for part in sent for text in strings(part)
    )


# OpenAPI 3.1 cannot express that two parameters exclude each other.
def are_both_cursors(case, response):
    return code(response) == "bad_cursor" and {"after", "before"} <= set(case.query or {})


# In JSON Schema 3.0 is an integer. Counters are 64-bit integers, and accept only their integer form.
def is_integer_with_a_fraction(case, response):
    return code(response) == "bad_json" and any(isinstance(number, float) for number in numbers(case.body))


# A schema cannot express earlier requests: the same key or id was sent with another content.
def is_repeated_key(case, response):
    return code(response) in ("key_reused", "id_reused")


# In its coverage phase Schemathesis 4.32.5 sends 0 in headers that it does not test, whatever their pattern.
def is_header_of_the_suite(case, response):
    return code(response) == "bad_cursor" and (case.headers or {}).get("Last-Event-ID") == "0"


# Generated clients send `null` for an omitted body, so the server treats it as no body if the body is optional.
def is_null_for_no_body(case, response):
    return case.body is None and case.operation.path == "/rooms/{room}/presence" and case.method.upper() == "PUT"


# A query is text: `true` in place of a list is a list of that one name.
def is_list_of_one_name(case, response):
    names = (case.query or {}).get("names")
    return names is not None and not isinstance(names, (list, dict))


# Counters may also be named `stream` and `increments`, and be set at these paths; OpenAPI finds only the operation of the
# path without a parameter.
def is_counter_of_that_name(case, response):
    return case.operation.path in ("/counters/stream", "/counters/increments")


KNOWN = {
    "RejectedPositiveData": [
        is_name_with_invisible_characters,
        are_both_cursors,
        is_integer_with_a_fraction,
        is_repeated_key,
        is_header_of_the_suite,
    ],
    "AcceptedNegativeData": [is_null_for_no_body, is_list_of_one_name],
    "AllowHeaderMismatch": [is_counter_of_that_name],
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    return not any(known(case, response) for known in KNOWN.get(type(failure).__name__, ()))
