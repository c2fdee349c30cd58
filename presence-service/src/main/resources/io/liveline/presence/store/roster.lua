-- Applies one command to a room: updates the leases that keep people there, and publishes the visible changes.
-- Implements the same rules as RoomLeases.java, with the same names.
--
-- KEYS[3]  zset: leases by their end (ms, clock of Redis). A lease is <kind>:<source>:<user>:
--            a  active, source is the tab       w  away, source is the tab      g  grace after a chat connection
--            t  typing                          c  the people of a chat replica, source is the replica
-- KEYS[4]  hash: people, by user: <active>|<away>|<chat>|<left>|<since>|<name>; number of leases of each kind
--            (chat: connections and grace), whether the person left, when the person arrived
-- KEYS[5]  hash: people who are typing, user -> name
-- KEYS[6]  hash: chat replicas, replica -> <epoch>|<offset>|<JSON array of its users>
-- KEYS[7]  hash: time from which people have their name, user -> seconds; the newer of two names applies
-- arg[1]   lifetime of the keys without a command, ms
-- arg[2]   operation; arg[3..] its arguments:
--
--   here       user, name, named (s), tab, active|away, lifetime (ms), most people, most tabs
--   leave      user, tab
--   typing     user, name, named (s), lifetime (ms), largest room with typing, most people
--   idle       user, as of (ms), lifetime (ms): typing that was reported later continues
--   connected  replica, lease (ms), grace (ms), epoch and offset of the event, most people,
--              JSON array: user, name, named (s), user, name, named (s), ...
--   sweep      most leases, 1 during mercy (only typing expires), longest lifetime of a lease (ms)
--   read
--
-- Returns { verdict, cursor, people, typists, due }. cursor, people and typists are set after a visible change and
-- after a sweep. due is the end of the next lease; it is set after a sweep, or if it is earlier than before the
-- command, else ''. 'read' returns { cursor, due, people, typists }, the last two as flat lists of key and value.

local leases, people, typing, chats, names = KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local never = 9007199254740991

-- Visible state of each person before this command (false: absent), and entry now; in the order of the first change.
local before, entries, touched = {}, {}, {}
local began, ended = {}, {}

local function seen(entry)
  return (entry.w > 0 and entry.a == 0) and 'away' or 'active'
end

-- Returns the person's entry, creating it if needed; records its visible state before the command.
local function touch(user, name, named)
  local entry = entries[user]
  if not entry then
    local stored = redis.call('HGET', people, user)
    if stored then
      local a, w, c, left, since, called = string.match(stored, '^(%d+)|(%d+)|(%d+)|(%d)|(%d+)|(.*)$')
      entry = { a = tonumber(a), w = tonumber(w), c = tonumber(c), left = left, since = since, name = called }
      before[user] = { state = seen(entry), name = called }
    else
      entry = { a = 0, w = 0, c = 0, left = '0', since = int(now), name = user }
      before[user] = false
    end
    entry.stored = stored
    entries[user] = entry
    touched[#touched + 1] = user
  end
  local known = name and tonumber(redis.call('HGET', names, user) or 0)
  if name and tonumber(named) >= known then
    entry.name = name
    if tonumber(named) > known then
      redis.call('HSET', names, user, named)
      redis.call('PEXPIRE', names, arg[1])
    end
  end
  return entry
end

local function count(kind, user, by)
  local entry = touch(user)
  if kind == 'g' then
    kind = 'c'
  end
  entry[kind] = entry[kind] + by
end

local function hold(kind, source, user, untilwhen)
  local added = redis.call('ZADD', leases, int(untilwhen), kind .. ':' .. source .. ':' .. user)
  if added == 1 and kind ~= 't' and kind ~= 'c' then
    count(kind, user, 1)
  end
end

-- Applies the end of a lease that has just been removed.
local function end_lease(kind, source, user)
  if kind == 't' then
    redis.call('HDEL', typing, user)
    ended[#ended + 1] = user
  elseif kind == 'c' then
    local stored = redis.call('HGET', chats, source)
    if stored then
      for _, one in ipairs(cjson.decode(string.match(stored, '^[^|]*|[^|]*|(.*)$'))) do
        count('c', one, -1)
      end
      redis.call('HDEL', chats, source)
    end
  else
    count(kind, user, -1)
  end
end

local function release(kind, source, user)
  if redis.call('ZREM', leases, kind .. ':' .. source .. ':' .. user) == 1 then
    end_lease(kind, source, user)
  end
end

local function first()
  local lease = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')
  return lease[2] and tonumber(lease[2]) or never
end

local function here(user, name, named, tab, state, life, most, tabs)
  local kind, other = 'a', 'w'
  if state == 'away' then
    kind, other = 'w', 'a'
  end
  local entry = touch(user)
  if not entry.stored then
    if redis.call('HLEN', people) >= tonumber(most) then
      return 'FULL'
    end
  elseif entry.a + entry.w >= tonumber(tabs)
      and not redis.call('ZSCORE', leases, kind .. ':' .. tab .. ':' .. user)
      and not redis.call('ZSCORE', leases, other .. ':' .. tab .. ':' .. user) then
    return 'FULL'
  end
  touch(user, name, named)
  entry.left = '0'
  hold(kind, tab, user, now + life)
  release(other, tab, user)
end

local function leave(user, tab)
  if redis.call('HEXISTS', people, user) == 1 then
    local entry = touch(user)
    release('a', tab, user)
    release('w', tab, user)
    release('g', '', user)
    entry.left = (entry.a + entry.w == 0) and '1' or '0'
  end
end

-- Shows a person as typing. People in the room type under the name that they have there.
local function show_typing(user, name)
  if redis.call('HGET', typing, user) ~= name then
    redis.call('HSET', typing, user, name)
    began[#began + 1] = { user = user, name = name }
  end
end

local function types(user, name, named, life, audience, most)
  if redis.call('HLEN', people) > tonumber(audience) then
    return 'NO_TYPING'
  end
  local known = redis.call('HGET', typing, user)
  if not known and redis.call('HLEN', typing) >= tonumber(most) then
    return 'FULL'
  end
  hold('t', '', user, now + life)
  if redis.call('HEXISTS', people, user) == 1 then
    name = touch(user, name, named).name
  end
  show_typing(user, name)
end

local function idle(user, asof, life)
  local untilwhen = redis.call('ZSCORE', leases, 't::' .. user)
  if untilwhen and tonumber(untilwhen) - life <= tonumber(asof) then
    release('t', '', user)
  end
end

local function connected(replica, lease, grace, event_epoch, offset, most, people_json)
  local known = redis.call('HGET', chats, replica)
  local old = {}
  if known then
    local known_epoch, at, list = string.match(known, '^([^|]*)|([^|]*)|(.*)$')
    if known_epoch == event_epoch and tonumber(at) >= tonumber(offset) then
      return
    end
    for _, user in ipairs(cjson.decode(list)) do
      old[user] = true
    end
  end
  local named, users, is = cjson.decode(people_json), {}, {}
  local room_left = tonumber(most) - redis.call('HLEN', people)
  for i = 1, #named, 3 do
    local user = named[i]
    if not is[user] and (room_left > 0 or redis.call('HEXISTS', people, user) == 1) then
      local entry = touch(user, named[i + 1], named[i + 2])
      if not entry.stored then
        room_left = room_left - 1
      end
      is[user] = true
      users[#users + 1] = user
      if not old[user] then
        entry.c = entry.c + 1
        entry.left = '0'
        release('g', '', user)
      end
    end
  end
  for user in pairs(old) do
    if not is[user] then
      local entry = touch(user)
      entry.c = entry.c - 1
      if entry.c == 0 and entry.left == '0' then
        hold('g', '', user, now + grace)
      end
    end
  end
  local list = #users > 0 and cjson.encode(users) or '[]'
  redis.call('HSET', chats, replica, event_epoch .. '|' .. offset .. '|' .. list)
  hold('c', replica, '', now + lease)
end

local function sweep(limit, mercy, longest)
  -- Leases that end later than any valid one are from before the clock was set back.
  for _, lease in ipairs(redis.call('ZRANGEBYSCORE', leases, int(now + 2 * longest), '+inf', 'LIMIT', 0, limit)) do
    redis.call('ZADD', leases, int(now + longest), lease)
  end
  local expired = redis.call('ZRANGEBYSCORE', leases, '-inf', int(now), 'LIMIT', 0, limit)
  for _, lease in ipairs(expired) do
    local kind, source, user = string.match(lease, '^(.):([^:]*):(.*)$')
    if mercy ~= '1' or kind == 't' then
      redis.call('ZREM', leases, lease)
      end_lease(kind, source, user)
    end
  end
end

-- Writes the changed entries and collects the visible changes.
local function settle()
  local came, gone = {}, {}
  for _, user in ipairs(touched) do
    local entry, was = entries[user], before[user]
    if entry.a + entry.w + entry.c == 0 then
      if entry.stored then
        redis.call('HDEL', people, user)
        redis.call('HDEL', names, user)
        release('t', '', user)
        gone[#gone + 1] = user
      end
    else
      local record = int(entry.a) .. '|' .. int(entry.w) .. '|' .. int(entry.c) .. '|' .. entry.left .. '|'
        .. entry.since .. '|' .. entry.name
      if record ~= entry.stored then
        redis.call('HSET', people, user, record)
      end
      if not was or was.state ~= seen(entry) or was.name ~= entry.name then
        came[#came + 1] = { user = user, name = entry.name, state = seen(entry), since = tonumber(entry.since) }
        if redis.call('HEXISTS', typing, user) == 1 then
          show_typing(user, entry.name)
        end
      end
    end
  end
  return came, gone
end

-- Publishes the changes, in as many events as keep each well below the size limit of the bus.
local function publish_changes(came, gone)
  local cursor
  local lists = { here = came, gone = gone, typing = began, idle = ended }
  for field, list in pairs(lists) do
    for i = 1, #list, 40 do
      if #list > 40 then
        cursor = append(cjson.encode({ [field] = { unpack(list, i, math.min(i + 39, #list)) } }))
      end
    end
    if #list > 40 or #list == 0 then
      lists[field] = nil
    end
  end
  if next(lists) then
    cursor = append(cjson.encode(lists))
  end
  return cursor
end

local operation = arg[2]
if operation == 'read' then
  return { position(), int(first()), redis.call('HGETALL', people), redis.call('HGETALL', typing) }
end

local operations = { here = here, leave = leave, typing = types, idle = idle, connected = connected, sweep = sweep }
local earliest = first()
local verdict = operations[operation](unpack(arg, 3))
if verdict then
  return { verdict, '', 0, 0, '' }
end
local cursor = publish_changes(settle())
local changed = cursor and 'CHANGED' or 'SAME'
local due = first()
if operation == 'sweep' then
  if arg[4] == '1' then
    due = math.max(due, now + 1000)
  end
  cursor = cursor or position()
elseif due >= earliest then
  due = never
end
if not cursor then
  return { changed, '', 0, 0, due == never and '' or int(due) }
end
for i = 3, 6 do
  redis.call('PEXPIRE', KEYS[i], arg[1])
end
return { changed, cursor, redis.call('HLEN', people), redis.call('HLEN', typing), due == never and '' or int(due) }
