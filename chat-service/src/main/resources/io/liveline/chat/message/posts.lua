-- Returns the number of messages in the current epoch of the room's log.
--
-- KEYS[3] the hash of change.lua
-- returns { newest cursor, number of messages }; '' and 0 if there is no log
--
-- All other offsets are changes, or belong to an earlier epoch that lost its end and that this log continues.

local life = redis.call('HGET', head, 'epoch')
if not life then
  return { '', 0 }
end
local newest = redis.call('HGET', head, 'offset')
local changes = redis.call('HGET', KEYS[3], '#' .. life)
local before = redis.call('HGET', head, 'base')
return { life .. '-' .. newest, tonumber(newest) - tonumber(changes or 0) - tonumber(before or 0) }
