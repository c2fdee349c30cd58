-- Who acts on an event that all replicas hear: the first to ask.
--
-- KEYS[3]  string: the token of who asked first
-- arg[1]   the asker's token, a new one for every question: asking again after a lost answer gives the same answer
-- arg[2]   for how long this is remembered, ms
--
-- Returns 1 for the first, 0 for the others.

redis.call('SET', KEYS[3], arg[1], 'NX', 'PX', arg[2])
return redis.call('GET', KEYS[3]) == arg[1] and 1 or 0
