-- Reads backwards from a position.
--
-- arg[1]  epoch of the position, '' for the newest event
-- arg[2]  its offset: events before it are read
-- arg[3]  how many events at most
-- returns { epoch, newest offset, 1 if the position is of this log, the events newest first as XREVRANGE gives them }

local life = epoch()
local newest = tonumber(redis.call('HGET', head, 'offset'))
local before = tonumber(arg[2])
forget_old()

local from, complete = '+', 1
if arg[1] ~= '' then
  if arg[1] ~= life or before > newest + 1 then
    complete = 0
  else
    from = int(math.max(before - 1, 0)) .. '-0'
  end
end
return { life, int(newest), complete, redis.call('XREVRANGE', log, from, '-', 'COUNT', arg[3]) }
