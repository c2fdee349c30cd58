-- A topic's log as it stands: what scripts that read a topic's events or replace them begin with, behind append.lua.
-- An event that was replaced has its place, its time and other data; the stream does not have it any more.
--
-- KEYS[3]  sorted set, by offset: the events that were replaced, '<offset> <when, ms> <data>'. It counts while the head's
--          field `replaced` says so: the head is made anew with each life of the log, so that none of another life counts

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

-- The offset before that of the oldest event that is kept.
local function trimmed()
  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local first = oldest and offset_of(oldest[1]) or newest + 1
  local other = has_replaced and redis.call('ZRANGE', replaced, 0, 0)[1]
  return math.min(first, other and offset_of(other) or first) - 1
end

-- The events from one offset to another, oldest first, as XRANGE gives them.
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

-- Gives an event other data; what it had is gone. No listener is told.
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
