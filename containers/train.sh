#!/bin/sh
# Runs a service, sends it a few requests of each kind, ends it, and creates an AOT cache. The service runs without it too.
#   train.sh quarkus-run.jar cache flags…
# The flags are those of the service in production.
set -eu
jar=$1 cache=$2
shift 2
log=$(mktemp)
export LIVELINE_EDGE_DRAIN=0s LIVELINE_AUTH=guest LIVELINE_EDGE_ANYONE_MAY_CLAIM_ANY_NAME=true
# Settings of the manifests.
export QUARKUS_LOG_CONSOLE_JSON_ENABLED=true
# Short timeouts, as there is no Redis.
export LIVELINE_BUS_TIMEOUT=100ms
java "$@" -XX:AOTCacheOutput="$cache" \
  -Dquarkus.redis.hosts=redis://127.0.0.1:1 -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port=0 -Dquarkus.management.port=0 -jar "$jar" >"$log" 2>&1 &
service=$!
tries=0
until grep -q 'Listening on' "$log"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 600 ] || ! kill -0 "$service" 2>/dev/null; then
    cat "$log" >&2
    exit 1
  fi
  sleep 0.1
done

# The cache should also have the classes of the first requests; without Redis most of these fail, but late. The requests
# need a bash, which has TCP, in the base image; without one the cache is smaller.
port=$(sed -n 's|.*Listening on: http://[^:]*:\([0-9]*\).*|\1|p' "$log")
# Port of health and metrics, or that of the clients if there is only one.
management=$(sed -n 's|.*Management interface listening on http://[^:]*:\([0-9]*\).*|\1|p' "$log")
management=${management:-$port}
ask() { # request line, headers, and bytes to send a moment later
  timeout 3 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0"; printf "$1 HTTP/1.1\r\nHost: localhost\r\n$2\r\n" >&3
    sleep 0.2; printf "$3" >&3; cat <&3' "$port" "$@" >/dev/null 2>&1 || true
}
get() { ask "GET $1" "Connection: close\r\n${2:-}" ""; }
send() { ask "$1 $2" "Connection: close\r\nContent-Type: application/json\r\nIdempotency-Key: 1\r\nContent-Length: ${#3}\r\n" "$3"; }
if command -v bash >/dev/null && command -v timeout >/dev/null; then
  for path in / '/rooms/r/messages?name=u' '/counters?names=a' '/rooms/r/presence?name=u'; do get "$path"; done
  clients=$port
  port=$management
  for path in /q/health/ready /q/metrics; do get "$path"; done
  port=$clients
  get '/counters/stream?names=a' 'Accept: text/event-stream\r\n'
  send POST '/rooms/r/messages?name=u' '{"text":"t"}'
  send POST /counters/a/increments '{"by":1}'
  send PUT '/rooms/r/presence?name=u' '{"state":"active"}'
  # A WebSocket that joins a room (a text frame with a mask of zero) and closes.
  ask 'GET /chat?name=u' "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: liveline.v1\r\n" \
    '\x81\x9a\0\0\0\0{"type":"join","room":"r"}\x88\x80\0\0\0\0'
fi

kill -TERM "$service"
wait "$service" || true
ls -l "$cache" || { tail -5 "$log" && echo "This JVM makes no cache: the service starts without one."; } >&2
rm -f "$log"
