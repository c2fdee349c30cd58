-- Append to a topic's log: common prefix of all scripts.
--
-- KEYS[1]   hash: the topic's epoch, its newest offset, and the time at which both keys' expiry is next extended;
--           log.lua adds a field
-- KEYS[2]   stream: the topic's events, id "<offset>-0", fields t (time, ms) and d (data)
-- KEYS[3..] the script's own keys
-- ARGV[1]   channel of the topic
-- ARGV[2]   unused epoch, for a log that starts now
-- ARGV[3]   maximum number of events kept
-- ARGV[4]   maximum age of an event, ms
-- ARGV[5]   lifetime of the epoch after the last event, ms
-- ARGV[6]   SHARDED on a cluster, where the channel is in the keys' slot; else PLAIN
-- ARGV[7..] the script's own arguments, arg[1] and so on

local head, log = KEYS[1], KEYS[2]
local arg = { unpack(ARGV, 7) }

-- Formats an integer. Lua formats large numbers as 1.7e+12, which Redis does not accept as integers.
local function int(number)
  return string.format('%d', number)
end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- Returns the epoch of this life of the log and the time at which its keys' expiry is next extended. Starts a new life
-- if there is none.
local function epoch()
  local known = redis.call('HMGET', head, 'epoch', 'due')
  if known[1] then
    return known[1], tonumber(known[2] or 0)
  end
  redis.call('HSET', head, 'epoch', ARGV[2], 'offset', '0')
  redis.call('PEXPIRE', head, ARGV[5])
  redis.call('DEL', log)
  return ARGV[2], 0
end

-- Returns the cursor of the newest event.
local function position()
  return epoch() .. '-' .. redis.call('HGET', head, 'offset')
end

-- Extends the expiry of both keys. The log lives for ARGV[4] after its newest event and the epoch for ARGV[5], or up to
-- a quarter of ARGV[4] longer, so that not every event has to extend them.
local function prolong()
  local spare = math.floor(ARGV[4] / 4)
  redis.call('PEXPIRE', log, int(ARGV[4] + spare))
  redis.call('PEXPIRE', head, int(ARGV[5] + spare))
  redis.call('HSET', head, 'due', int(now + spare))
end

-- Removes events older than ARGV[4]. Stream ids are offsets, so the age must be read from the events.
local function forget_old()
  local oldest = now - tonumber(ARGV[4])
  local count = 1
  while true do
    local batch = redis.call('XRANGE', log, '-', '+', 'COUNT', count)
    local last
    for _, entry in ipairs(batch) do
      if tonumber(entry[2][2]) >= oldest then
        break
      end
      last = entry[1]
    end
    if not last then
      return
    end
    redis.call('XTRIM', log, 'MINID', int(tonumber(string.match(last, '%d+')) + 1))
    if last ~= batch[#batch][1] then
      return
    end
    count = 16
  end
end

-- Appends events and returns their cursors. Publishes them in one message: + as the mark of version 2 of the envelope
-- (see BroadcastDecoder.java), the length of each event's data, the first event's cursor, the time of all, and the data
-- of all.
local function append_all(all)
  local life, due = epoch()
  local newest = redis.call('HINCRBY', head, 'offset', #all)
  local time = int(now)
  local cursors, lengths = {}, {}
  for i, data in ipairs(all) do
    local offset = int(newest - #all + i)
    -- Trimming walks over entries that were trimmed before, so it is done once per call.
    if i < #all then
      redis.call('XADD', log, offset .. '-0', 't', time, 'd', data)
    else
      -- Trimmed by offset and not by length: a replaced event counts, but is not in the stream.
      redis.call('XADD', log, 'MINID', int(math.max(newest - ARGV[3] + 1, 0)), offset .. '-0', 't', time, 'd', data)
    end
    cursors[i] = life .. '-' .. offset
    lengths[i] = int(#data)
  end
  if newest % 16 < #all then
    forget_old()
  end
  if now >= due then
    prolong()
  end
  local message = table.concat({ '+' .. table.concat(lengths, ','), cursors[1], time, table.concat(all) }, ' ')
  if ARGV[6] == 'SHARDED' then
    redis.call('SPUBLISH', ARGV[1], message)
  else
    redis.call('PUBLISH', ARGV[1], message)
  end
  return cursors
end

-- Appends an event, publishes it, and returns its cursor.
local function append(data)
  return append_all({ data })[1]
end

