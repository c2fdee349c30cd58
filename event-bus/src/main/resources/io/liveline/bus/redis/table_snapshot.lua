-- Reads a table.
--
-- KEYS[3], KEYS[4]  see table_change.lua
-- returns { the newest cursor, entries as HGETALL returns them, keys of those that have expired }

return {
  position(),
  redis.call('HGETALL', KEYS[3]),
  redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', int(now))
}
