-- When each room is to be swept: one small index for all rooms. Who takes a room has it for a while; when it is not
-- settled by then, another may take it. A room stands in KEYS[3] no later than its first lease runs out, so every score
-- is only ever lowered, and what happens to a room while it is being swept is never lost.
--
-- KEYS[3]  zset: rooms by when the next lease runs out (ms, this clock)
-- KEYS[4]  zset: rooms that somebody has taken, by when another may take them
-- KEYS[5]  hash: swept, when anybody last asked; mercy, until when nobody counts as gone
-- arg[1]   how long the keys live, ms
-- arg[2]   take: most rooms, for how long they are taken (ms), after how long without a sweep the store was away (ms),
--            for how long there is mercy then (ms), the longest life of a lease (ms)
--          note: room, due, room, due, ...
--          settle: like note, for rooms that were taken; due '' for a room that holds nothing any more
--
-- 'take' returns { 1 for mercy, room, room, ... }.

local due, taken, state = KEYS[3], KEYS[4], KEYS[5]

local function live()
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
  return live()
end

local swept = redis.call('HGET', state, 'swept')
if swept and now - tonumber(swept) > tonumber(arg[5]) then
  -- Heartbeats could not arrive either.
  redis.call('HSET', state, 'mercy', int(now + tonumber(arg[6])))
end
redis.call('HSET', state, 'swept', int(now))

-- What would come later than anything may is from before the clock was set back: it is done now.
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
live()
return { mercy, unpack(rooms) }
