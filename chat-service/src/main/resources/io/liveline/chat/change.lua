-- Changes a message: tells of it, and remembers what it has become.
--
-- KEYS[3] hash: by the cursor of a message, 'e' and its text now, or 'd' for one that was taken back;
--         by '#' and an epoch, how many changes the log has had in that life
-- arg[1]  cursor of the message
-- arg[2]  what it becomes, as in the hash
-- arg[3]  the event that tells of it
-- returns the event's cursor, or '' when the message was taken back before

local changes = KEYS[3]
if redis.call('HGET', changes, arg[1]) == 'd' then
  return ''
end
local cursor = append(arg[3])
redis.call('HSET', changes, arg[1], arg[2])
redis.call('HINCRBY', changes, '#' .. epoch(), 1)
redis.call('PEXPIRE', changes, ARGV[5])

-- Messages that the log has let go are asked for no more. At most half of the log is changed messages, as each of them
-- has its change behind it: going through all of them pays for as many changes to come.
if redis.call('HLEN', changes) > tonumber(ARGV[3]) then
  local oldest = tonumber(string.match(redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1][1], '%d+'))
  for _, field in ipairs(redis.call('HKEYS', changes)) do
    local life, offset = string.match(field, '^(%w+)%-(%d+)$')
    if (life and (life ~= epoch() or tonumber(offset) < oldest)) or (not life and field ~= '#' .. epoch()) then
      redis.call('HDEL', changes, field)
    end
  end
end
return cursor
