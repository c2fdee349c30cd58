-- Appends an event on every call.
--
-- arg[1]  data of the event
-- returns the event's cursor

return append(arg[1])
