-- How many messages the room's log has had in this life of it.
--
-- KEYS[3] the hash of change.lua
-- returns { the newest cursor, how many messages }; '' and 0 where there is no log
--
-- What else has an offset is changes; and what was before, when the log goes on from a life that lost its end.

local life = redis.call('HGET', head, 'epoch')
if not life then
  return { '', 0 }
end
local newest = redis.call('HGET', head, 'offset')
local changes = redis.call('HGET', KEYS[3], '#' .. life)
local before = redis.call('HGET', head, 'base')
return { life .. '-' .. newest, tonumber(newest) - tonumber(changes or 0) - tonumber(before or 0) }
