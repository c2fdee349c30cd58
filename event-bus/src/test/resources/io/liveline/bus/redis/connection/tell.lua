-- arg[1]  what is told, once more each time
-- returns the event's cursor

return append(arg[1])
