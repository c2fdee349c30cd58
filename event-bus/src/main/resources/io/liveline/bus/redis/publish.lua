-- Appends events, each of them once for its idempotency key. Joinable.
--
-- KEYS[3..] string, one for each event, or none for one event without an idempotency key: the cursor of the first event
--           under it, a blank, and the fingerprint of its content
-- arg[1..]  data, fingerprint of the content, and for how long both are remembered, ms; for each event. The data alone for
--           one without an idempotency key
-- returns the cursors; '' for an event whose key was used before with another fingerprint: it is not appended

local keys = { unpack(KEYS, 3) }
if #keys == 0 then
  return { append(arg[1]) }
end

-- By key, of the first event under it in this call: its place in the list.
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
