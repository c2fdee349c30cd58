-- Appends one event, once for each idempotency key.
--
-- KEYS[3] string, only with an idempotency key: the cursor of the first event under it
-- arg[1]  data
-- arg[2]  for how long the idempotency key is remembered, ms
-- returns the cursor

if KEYS[3] then
  local first = redis.call('GET', KEYS[3])
  if first then
    return first
  end
end
local cursor = append(arg[1])
if KEYS[3] then
  redis.call('SET', KEYS[3], cursor, 'PX', arg[2])
end
return cursor
