-- Reads the events before a position.
--
-- KEYS[3] see log.lua
-- arg[1]  epoch of the position, '' for the newest event
-- arg[2]  offset of the position
-- arg[3]  maximum number of events
-- returns { epoch, newest offset, 1 if the position is in this life of the log, else 0, events as XRANGE returns them }

local before = tonumber(arg[2])

local to, complete = newest, 1
if arg[1] ~= '' then
  if arg[1] ~= life or before > newest + 1 then
    complete = 0
  else
    to = math.max(before - 1, 0)
  end
end
return { life, int(newest), complete, events(math.max(to - arg[3] + 1, 1), to) }
