-- Returns all counters.
--
-- KEYS[3]  hash: the counters' values
-- KEYS[4]  hash: cursor of the last change of each counter
-- returns { the newest cursor, values as HGETALL returns them, cursors as HGETALL returns them }

return {
  position(),
  redis.call('HGETALL', KEYS[3]),
  redis.call('HGETALL', KEYS[4])
}
