-- Index of the times at which rooms are to be swept. A replica takes a room for a limited time; if it has not settled
-- the room by then, another replica may take it. The score of a room in KEYS[3] is never later than the end of its
-- first lease. Scores are only ever lowered, so changes of a room during its sweep are not lost.
--
-- KEYS[3]  zset: rooms by the end of their next lease (ms, clock of Redis)
-- KEYS[4]  zset: taken rooms, by the time from which another replica may take them
-- KEYS[5]  hash: swept, time of the last call of 'take'; mercy, time until which nobody counts as gone
-- arg[1]   lifetime of the keys, ms
-- arg[2]   take: maximum number of rooms, time for which they are taken (ms), time without a sweep after which
--            the store counts as unavailable (ms), mercy period after that (ms), longest lifetime of a lease (ms)
--          note: room, due, room, due, ...
--          settle: as note, for rooms that were taken; due is '' for a room without leases
--
-- 'take' returns { 1 during mercy else 0, room, room, ... }.

local due, taken, state = KEYS[3], KEYS[4], KEYS[5]

local function extend_keys()
  for i = 3, 5 do
    redis.call('PEXPIRE', KEYS[i], arg[1])
  end
end

if arg[2] ~= 'take' then
  for i = 3, #arg, 2 do
    if arg[2] == 'settle' then
      redis.call('ZREM', taken, arg[i])
    end
    if arg[i + 1] ~= '' then
      redis.call('ZADD', due, 'LT', arg[i + 1], arg[i])
    end
  end
  return extend_keys()
end

local swept = redis.call('HGET', state, 'swept')
if swept and now - tonumber(swept) > tonumber(arg[5]) then
  -- No heartbeats could arrive while the store was unavailable.
  redis.call('HSET', state, 'mercy', int(now + tonumber(arg[6])))
end
redis.call('HSET', state, 'swept', int(now))

-- Returns the due rooms. Scores further ahead than any valid time are from before the clock was set back: due now.
local function ready(key, longest)
  local rooms = redis.call('ZRANGEBYSCORE', key, '-inf', int(now), 'LIMIT', 0, arg[3])
  if #rooms == 0 then
    rooms = redis.call('ZRANGEBYSCORE', key, int(now + 2 * longest), '+inf', 'LIMIT', 0, arg[3])
  end
  return rooms
end

for _, room in ipairs(ready(taken, arg[4])) do
  redis.call('ZREM', taken, room)
  redis.call('ZADD', due, 'LT', int(now), room)
end
local left = tonumber(redis.call('HGET', state, 'mercy') or 0) - now
local mercy = left > 0 and left <= tonumber(arg[6]) and 1 or 0
local rooms = ready(due, arg[7])
for _, room in ipairs(rooms) do
  redis.call('ZREM', due, room)
  redis.call('ZADD', taken, int(now + tonumber(arg[4])), room)
end
extend_keys()
return { mercy, unpack(rooms) }
