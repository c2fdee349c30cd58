-- How many offsets of a life of the log are no messages of that life.
--
-- KEYS[3] the hash of change.lua
-- arg[1]  the epoch of that life
-- returns how many changes it has had; and where it began, when it goes on from a life that lost its end

local others = tonumber(redis.call('HGET', KEYS[3], '#' .. arg[1]) or 0)
if redis.call('HGET', head, 'epoch') == arg[1] then
  others = others + tonumber(redis.call('HGET', head, 'base') or 0)
end
return int(others)
