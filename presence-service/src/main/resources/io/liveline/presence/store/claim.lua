-- Decides which replica processes an event that all replicas receive: the first to claim it.
--
-- KEYS[3]  string: token of the first claim
-- arg[1]   token of the caller, unique for each claim: repeating a claim after a lost reply returns the same result
-- arg[2]   time for which the claim is stored, ms
--
-- Returns 1 for the first caller, 0 for the others.

redis.call('SET', KEYS[3], arg[1], 'NX', 'PX', arg[2])
return redis.call('GET', KEYS[3]) == arg[1] and 1 or 0
