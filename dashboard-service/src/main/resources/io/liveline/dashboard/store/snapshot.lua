-- All counters.
--
-- KEYS[3]  hash: the counters' values
-- KEYS[4]  hash: where each last changed, its cursor
-- returns { the newest cursor, values as HGETALL gives them, cursors as HGETALL gives them }

local life = epoch()
return {
  life .. '-' .. redis.call('HGET', head, 'offset'),
  redis.call('HGETALL', KEYS[3]),
  redis.call('HGETALL', KEYS[4])
}
