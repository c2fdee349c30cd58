-- Appends events, each once per idempotency key. Joinable: one call can contain several publishes.
--
-- KEYS[3..] string per idempotency key: cursor of its first event, a space, and the fingerprint of the event's content.
--           One key per event, or none for a single event without an idempotency key
-- arg[1..]  per event: its data, the fingerprint of its content, and the lifetime of the idempotency key, ms. Only the
--           data for an event without an idempotency key
-- returns the cursors; '' for an event whose key was used before with another fingerprint, which is not appended

local keys = { unpack(KEYS, 3) }
if #keys == 0 then
  return { append(arg[1]) }
end

-- Index of the first event of each key in this call.
local first = {}
local cursors, fresh = {}, {}
for i, key in ipairs(keys) do
  local fingerprint = arg[3 * i - 1]
  local known = redis.call('GET', key)
  if known then
    local cursor, of = string.match(known, '^(%S+) (%S+)$')
    cursors[i] = of == fingerprint and cursor or ''
  elseif not first[key] then
    first[key] = i
    fresh[#fresh + 1] = arg[3 * i - 2]
  elseif fingerprint ~= arg[3 * first[key] - 1] then
    cursors[i] = ''
  end
end

local appended = #fresh > 0 and append_all(fresh)
local place = 0
for i, key in ipairs(keys) do
  if first[key] == i then
    place = place + 1
    cursors[i] = appended[place]
    redis.call('SET', key, cursors[i] .. ' ' .. arg[3 * i - 1], 'PX', arg[3 * i])
  end
  cursors[i] = cursors[i] or cursors[first[key]]
end
return cursors
