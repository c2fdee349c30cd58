-- Changes a table: the newest value of each key. Each change is an event. Expired entries are removed first.
--
-- KEYS[3]  hash: values by key
-- KEYS[4]  sorted set: keys of entries that expire, by the time at which they do (ms, clock of Redis)
-- arg[1]   maximum number of keys
-- arg[2]   maximum number of expired entries that are removed
-- arg[3]   key; absent if only expired entries are to be removed
-- arg[4]   new value; absent if the key is to be removed
-- arg[5]   time after which the entry expires, ms; absent if it does not
-- returns a cursor at which the change holds, or '' if the table is full and nothing was changed

local values, ends = KEYS[3], KEYS[4]
local key, value = arg[3], arg[4]

local removed, events = {}, {}
for _, expired in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', int(now), 'LIMIT', 0, arg[2])) do
  if expired ~= key then
    removed[#removed + 1] = expired
  end
end
local known = key and redis.call('HGET', values, key)
if value and not known and redis.call('HLEN', values) - #removed >= tonumber(arg[1]) then
  return ''
end
if known and not value then
  removed[#removed + 1] = key
end
for i, name in ipairs(removed) do
  events[i] = cjson.encode({ key = name })
end
-- Snapshots do not contain an expired entry, so putting its value again is a change.
local changed = value and (known ~= value or tonumber(redis.call('ZSCORE', ends, key) or now + 1) <= now)
if changed then
  events[#events + 1] = cjson.encode({ key = key, value = value })
end

-- The first write: Redis rejects it if it is full, and a log that it cannot append to leaves the table as it is.
local cursor = #events > 0 and append_all(events)[#events] or position()
if #removed > 0 then
  redis.call('HDEL', values, unpack(removed))
  redis.call('ZREM', ends, unpack(removed))
end
if changed then
  redis.call('HSET', values, key, value)
end
if arg[5] then
  redis.call('ZADD', ends, int(now + arg[5]), key)
elseif value then
  redis.call('ZREM', ends, key)
end
return cursor
