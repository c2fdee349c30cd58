#!/bin/sh
# Runs the service in /app until it listens, ends it, and leaves /app/app.aot. Without that file it runs all the same.
set -eu
export LIVELINE_EDGE_DRAIN=0s LIVELINE_AUTH=guest LIVELINE_EDGE_ANYONE_MAY_CLAIM_ANY_NAME=true
java -XX:+IgnoreUnrecognizedVMOptions -XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:AOTCacheOutput=/app/app.aot \
  -Dquarkus.redis.hosts=redis://127.0.0.1:1 -Dquarkus.http.host=127.0.0.1 \
  -jar /app/quarkus-run.jar >/tmp/training.log 2>&1 &
service=$!
tries=0
until grep -q 'Listening on' /tmp/training.log; do
  tries=$((tries + 1))
  if [ "$tries" -gt 120 ] || ! kill -0 "$service" 2>/dev/null; then
    cat /tmp/training.log >&2
    exit 1
  fi
  sleep 0.5
done
kill -TERM "$service"
wait "$service" || true
rm -f /tmp/training.log
ls -l /app/app.aot || echo "This JVM makes no cache: the service starts without one." >&2
