-- Folds facts into the counters that the suite maintains itself, and advances their time windows. Facts carry absolute
-- values: folding one twice, late or not at all causes no lasting error.
--
-- KEYS[3]   hash: the counters' values
-- KEYS[4]   hash: cursor of the last change of each counter
-- KEYS[5]   hash: messages of a room: '<epoch> <messages> <epoch> <messages>', of the newest epoch of its log and the
--           one before it
-- KEYS[6]   hash: rooms with people in them: '<epoch> <offset> <online> <typing>'
-- KEYS[7]   hash: the same for rooms that have become empty, so that a late fact does not fill them again
-- KEYS[8]   hash: connections of '<replica>|<transport>': '<count> <until, ms>'
-- KEYS[9]   sorted set: rooms by the time of their last message, ms; has the same rooms as KEYS[5]
-- KEYS[10]  hash: number of messages by second since 1970
-- arg[1]  number of counters up to which a new room gets its own
-- arg[2]  maximum number of rooms
-- arg[3]  time for which reported connections count, ms
-- arg[4]  time after its last message for which a room is active, ms
-- arg[5]  time after its last message for which a room is kept, ms
-- arg[6..] posts, room, epoch, messages, time (ms)
--          people, room, epoch, offset, online, typing
--          connections, replica, transport, count
-- returns the cursor of the change, or '' if nothing changed

local values, versions, posts, people, gone, connections, active, seconds =
  KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local most_rooms = tonumber(arg[2])
local before = {}

-- Returns whether a counter may be written, and records its previous value.
local function touch(name, bounded)
  if before[name] == nil then
    local value = redis.call('HGET', values, name)
    if not value and bounded and redis.call('HLEN', values) >= tonumber(arg[1]) then
      return false
    end
    before[name] = value
  end
  return true
end

local function add(name, by, bounded)
  if by ~= 0 and touch(name, bounded) then
    redis.call('HINCRBY', values, name, int(by))
  end
end

local function set(name, value)
  touch(name, false)
  redis.call('HSET', values, name, int(value))
end

local function fold_posts(room, log_epoch, messages, when)
  local known = redis.call('HGET', posts, room)
  if not known and redis.call('HLEN', posts) >= most_rooms then
    return
  end
  local newest, count, older, older_count = string.match(known or '- 0 - 0', '(%S+) (%S+) (%S+) (%S+)')
  local by = messages - tonumber(log_epoch == newest and count or log_epoch == older and older_count or 0)
  if by > 0 then
    if log_epoch == older then
      older_count = int(messages)
    elseif log_epoch == newest then
      count = int(messages)
    else
      newest, count, older, older_count = log_epoch, int(messages), newest, count
    end
    -- The clock may have been set back since the fact was published.
    when = math.min(when, now)
    redis.call('HSET', posts, room, table.concat({ newest, count, older, older_count }, ' '))
    add('chat.messages', by, false)
    add('chat.messages.' .. room, by, true)
    redis.call('HINCRBY', seconds, int(math.floor(when / 1000)), int(by))
    local last = tonumber(redis.call('ZSCORE', active, room) or 0)
    redis.call('ZADD', active, int(math.max(last, when)), room)
  end
end

local function fold_people(room, log_epoch, offset, online, typing)
  local known = redis.call('HGET', people, room) or redis.call('HGET', gone, room) or '- 0 0 0'
  local known_epoch, known_offset, was_online, was_typing = string.match(known, '(%S+) (%S+) (%S+) (%S+)')
  if known_epoch == log_epoch and tonumber(known_offset) >= offset then
    return
  end
  local here = online + typing > 0
  local place = here and people or gone
  if redis.call('HEXISTS', place, room) == 0 and redis.call('HLEN', place) >= most_rooms then
    if here then
      return
    end
    redis.call('DEL', gone)
  end
  redis.call('HDEL', here and gone or people, room)
  redis.call('HSET', place, room, table.concat({ log_epoch, int(offset), int(online), int(typing) }, ' '))
  add('presence.online', online - tonumber(was_online), false)
  add('presence.typing', typing - tonumber(was_typing), false)
end

local i = 6
while i <= #arg do
  if arg[i] == 'posts' then
    fold_posts(arg[i + 1], arg[i + 2], tonumber(arg[i + 3]), tonumber(arg[i + 4]))
    i = i + 5
  elseif arg[i] == 'people' then
    fold_people(arg[i + 1], arg[i + 2], tonumber(arg[i + 3]), tonumber(arg[i + 4]), tonumber(arg[i + 5]))
    i = i + 6
  else
    redis.call('HSET', connections, arg[i + 1] .. '|' .. arg[i + 2],
      int(tonumber(arg[i + 3])) .. ' ' .. int(now + tonumber(arg[3])))
    i = i + 4
  end
end

local counts = { websocket = 0, sse = 0, longpoll = 0 }
local replicas = redis.call('HGETALL', connections)
for j = 1, #replicas, 2 do
  local count, ends = string.match(replicas[j + 1], '(%S+) (%S+)')
  local transport = string.match(replicas[j], '|(.*)$')
  -- Expired, or further ahead than any expiry: the clock has been set back since.
  if tonumber(ends) <= now or tonumber(ends) > now + 2 * tonumber(arg[3]) then
    redis.call('HDEL', connections, replicas[j])
  elseif counts[transport] then
    counts[transport] = counts[transport] + tonumber(count)
  end
end
for transport, count in pairs(counts) do
  set('connections.' .. transport, count)
end

local minute = 0
local posted = redis.call('HGETALL', seconds)
for j = 1, #posted, 2 do
  if tonumber(posted[j]) * 1000 <= now - 60000 or tonumber(posted[j]) * 1000 > now then
    redis.call('HDEL', seconds, posted[j])
  else
    minute = minute + tonumber(posted[j + 1])
  end
end
set('chat.messages_per_minute', minute)
for _, room in ipairs(redis.call('ZRANGEBYSCORE', active, '(' .. int(now), '+inf', 'LIMIT', 0, 100)) do
  redis.call('ZADD', active, int(now), room)
end
set('chat.rooms_active', redis.call('ZCOUNT', active, '(' .. int(now - tonumber(arg[4])), '+inf'))
for _, room in ipairs(redis.call('ZRANGEBYSCORE', active, '-inf', int(now - tonumber(arg[5])), 'LIMIT', 0, 100)) do
  redis.call('HDEL', posts, room)
  redis.call('ZREM', active, room)
end
for _, name in ipairs({ 'chat.messages', 'presence.online', 'presence.typing' }) do
  if touch(name, false) and not before[name] then
    redis.call('HSETNX', values, name, '0')
  end
end

local changes, names = {}, {}
for name, was in pairs(before) do
  local value = redis.call('HGET', values, name)
  if value ~= was then
    changes[#changes + 1] = '"' .. name .. '":' .. value
    names[#names + 1] = name
  end
end
if #names == 0 then
  return ''
end
local cursor = append('{' .. table.concat(changes, ',') .. '}')
for _, name in ipairs(names) do
  redis.call('HSET', versions, name, cursor)
end
return cursor
