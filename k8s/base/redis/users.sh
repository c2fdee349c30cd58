#!/bin/sh
# Writes the users' file: the rules with the digests of the passwords in the environment.
set -eu
digest() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
: "${PASSWORD:?is empty}" "${OPERATOR_PASSWORD:?is empty}"
umask 077
sed -e "s/PASSWORD_DIGEST/$(digest "$PASSWORD")/" -e "s/OPERATOR_DIGEST/$(digest "$OPERATOR_PASSWORD")/" \
  "${1:-/etc/redis/users.acl}" >"${2:-/run/redis/users.acl}"
