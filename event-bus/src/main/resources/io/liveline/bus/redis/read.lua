-- Reads the events after a position.
--
-- KEYS[3] see log.lua
-- arg[1]  epoch of the position, '' to start at the oldest event kept
-- arg[2]  offset of the position
-- arg[3]  maximum number of events; 0 returns only the end of the log
-- arg[4]  time at which the event at the position was appended, ms, if a listener reads; else ''
-- returns { epoch, newest offset, 1 if the events directly follow the position, else 0, events as XRANGE returns them }

local after = tonumber(arg[2])

-- A server that restarted without its last writes assigns offsets a second time. A listener detects this: its last
-- event is missing or is a different one. The log then starts a new life. Earlier events can no longer be
-- distinguished, so the new life starts after them.
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
