-- A topic's log: what every script that changes a topic begins with.
--
-- KEYS[1]   hash: the topic's epoch and its newest offset
-- KEYS[2]   stream: its events, id "<offset>-0", fields t (when, ms) and d (data)
-- KEYS[3..] the script's own keys
-- ARGV[1]   the channel that listeners are subscribed to
-- ARGV[2]   a fresh epoch, for a log that begins now
-- ARGV[3]   how many events are kept
-- ARGV[4]   for how long events are kept, ms
-- ARGV[5]   for how long the epoch is kept after the last event, ms
-- ARGV[6]   SHARDED on a cluster, where the channel is of the keys' slot; else PLAIN
-- ARGV[7..] the script's own arguments, arg[1] and so on

local head, log = KEYS[1], KEYS[2]
local arg = { unpack(ARGV, 7) }

-- Lua writes large numbers as 1.7e+12, which Redis does not read as integers.
local function int(number)
  return string.format('%.0f', number)
end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- The epoch of this life of the log; begins one where there is none.
local function epoch()
  if redis.call('HSETNX', head, 'epoch', ARGV[2]) == 1 then
    redis.call('HSET', head, 'offset', '0')
    redis.call('PEXPIRE', head, ARGV[5])
    redis.call('DEL', log)
  end
  return redis.call('HGET', head, 'epoch')
end

-- Drops events older than ARGV[4]. Ids are offsets, so age has to be looked up.
local function forget_old()
  local oldest = now - tonumber(ARGV[4])
  while true do
    local batch = redis.call('XRANGE', log, '-', '+', 'COUNT', 16)
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
  end
end

-- Appends an event, tells the listeners, and returns its cursor.
local function append(data)
  local life = epoch()
  local offset = redis.call('HINCRBY', head, 'offset', 1)
  redis.call('XADD', log, 'MAXLEN', ARGV[3], int(offset) .. '-0', 't', int(now), 'd', data)
  if offset % 16 == 0 then
    forget_old()
  end
  redis.call('PEXPIRE', log, ARGV[4])
  redis.call('PEXPIRE', head, ARGV[5])
  local cursor = life .. '-' .. int(offset)
  local message = cursor .. ' ' .. int(now) .. ' ' .. data
  if ARGV[6] == 'SHARDED' then
    redis.call('SPUBLISH', ARGV[1], message)
  else
    redis.call('PUBLISH', ARGV[1], message)
  end
  return cursor
end

