-- What has become of messages.
--
-- KEYS[3] the hash of change.lua
-- arg     its fields
-- returns their values

return redis.call('HMGET', KEYS[3], unpack(arg))
