-- Appends events, each of them once for its idempotency key. Joinable.
--
-- KEYS[3..] string, one for each event, or none for one event without an idempotency key: the cursor of the first event
--           under it
-- arg[1..]  data, and for how long the idempotency key is remembered, ms; both for each event
-- returns the cursors

local keys = { unpack(KEYS, 3) }
if #keys == 0 then
  return { append(arg[1]) }
end

local cursors, fresh, place = {}, {}, {}
for i, key in ipairs(keys) do
  cursors[i] = redis.call('GET', key)
  if not cursors[i] and not place[key] then
    fresh[#fresh + 1] = arg[2 * i - 1]
    place[key] = #fresh
  end
end
local appended = #fresh > 0 and append_all(fresh)
for i, key in ipairs(keys) do
  if not cursors[i] then
    cursors[i] = appended[place[key]]
    redis.call('SET', key, cursors[i], 'PX', arg[2 * i])
  end
end
return cursors
