-- Access to a topic's events: common prefix, after append.lua, of scripts that read or replace events. A replaced event
-- keeps its offset and its time and has new data; it is no longer in the stream.
--
-- KEYS[3]  sorted set, by offset: replaced events, '<offset> <time, ms> <data>'. It is valid only while the head has
--          the field `replaced`. The head is created for each life of the log, so events of an earlier life are ignored

local replaced = KEYS[3]
local life = epoch()
forget_old()
local known = redis.call('HMGET', head, 'offset', 'replaced')
local newest, has_replaced = tonumber(known[1]), known[2]

local function offset_of(entry)
  return tonumber(string.match(entry, '^%d+'))
end

if has_replaced then
  redis.call('ZREMRANGEBYSCORE', replaced, '-inf', int(newest - ARGV[3]))
  local first = redis.call('ZRANGE', replaced, 0, 0)[1]
  while first and tonumber(string.match(first, ' (%d+)')) < now - tonumber(ARGV[4]) do
    redis.call('ZREM', replaced, first)
    first = redis.call('ZRANGE', replaced, 0, 0)[1]
  end
end

-- Returns the offset before the oldest event kept.
local function trimmed()
  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local first = oldest and offset_of(oldest[1]) or newest + 1
  local other = has_replaced and redis.call('ZRANGE', replaced, 0, 0)[1]
  return math.min(first, other and offset_of(other) or first) - 1
end

-- Returns the events in a range of offsets, oldest first, in the format of XRANGE.
local function events(from, to)
  local kept = redis.call('XRANGE', log, int(from) .. '-0', int(to) .. '-0')
  local others = has_replaced and redis.call('ZRANGEBYSCORE', replaced, int(from), int(to)) or {}
  if #others == 0 then
    return kept
  end
  local all, next_kept = {}, 1
  for _, other in ipairs(others) do
    while kept[next_kept] and offset_of(kept[next_kept][1]) < offset_of(other) do
      all[#all + 1] = kept[next_kept]
      next_kept = next_kept + 1
    end
    local offset, time, data = string.match(other, '^(%d+) (%d+) (.*)$')
    all[#all + 1] = { offset .. '-0', { 't', time, 'd', data } }
  end
  for i = next_kept, #kept do
    all[#all + 1] = kept[i]
  end
  return all
end

-- Replaces the data of an event for good. Listeners are not notified.
local function replace(offset, data)
  local entry = events(offset, offset)[1]
  if not entry then
    return
  end
  if not has_replaced then
    redis.call('DEL', replaced)
    redis.call('HSET', head, 'replaced', 1)
    has_replaced = true
  end
  redis.call('XDEL', log, entry[1])
  redis.call('ZREMRANGEBYSCORE', replaced, int(offset), int(offset))
  redis.call('ZADD', replaced, int(offset), int(offset) .. ' ' .. entry[2][2] .. ' ' .. data)
  redis.call('PEXPIRE', replaced, ARGV[4])
end
