#!/bin/sh
# Writes the users' file: the rules with the digests of the passwords in the environment.
set -eu
digest() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
: "${PASSWORD:?is empty}" "${OPERATOR_PASSWORD:?is empty}"
umask 077
put() { case $rule in *"$1"*) rule=${rule%%"$1"*}$(digest "$2")${rule#*"$1"} ;; esac; }
while IFS= read -r rule || [ -n "$rule" ]; do
  put PASSWORD_DIGEST "$PASSWORD"
  put OPERATOR_DIGEST "$OPERATOR_PASSWORD"
  printf '%s\n' "$rule"
done <"${1:-/etc/redis/users.acl}" >"${2:-/run/redis/users.acl}"
