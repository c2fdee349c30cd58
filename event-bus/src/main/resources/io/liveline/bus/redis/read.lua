-- Reads on from a position.
--
-- KEYS[3] see log.lua
-- arg[1]  epoch of the position, '' for the oldest event that is kept
-- arg[2]  its offset
-- arg[3]  how many events at most; 0 tells only where the log ends
-- arg[4]  '' or, from a listener, when the event at the position was appended, ms
-- returns { epoch, newest offset, 1 if the events join on to the position, the events as XRANGE gives them }

local after = tonumber(arg[2])

-- A server that came back without its last writes has offsets again that it gave out before. A listener can tell: its
-- last event is missing, or is another one. From here on the log is another life; what came before cannot be told
-- apart any more, so the new life starts behind it.
if arg[4] ~= '' and arg[1] == life then
  local entry = events(after, after)[1]
  if after > newest or (entry and entry[2][2] ~= arg[4]) then
    life = ARGV[2]
    redis.call('HSET', head, 'epoch', life, 'base', int(newest))
  end
end

local oldest = trimmed()
local from, complete = oldest, 1
if arg[1] ~= '' then
  if arg[1] ~= life then
    from, complete = math.max(oldest, tonumber(redis.call('HGET', head, 'base') or 0)), 0
  elseif after < oldest or after > newest then
    complete = 0
  else
    from = after
  end
end
local found = {}
if arg[3] ~= '0' and from < newest then
  found = events(from + 1, math.min(from + tonumber(arg[3]), newest))
end
return { life, int(newest), complete, found }
