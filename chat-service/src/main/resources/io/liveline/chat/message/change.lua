-- Changes a message: from now on the log has it as it has become, and an event tells of that. Of one that is deleted no
-- text is left: the events that told of its edits tell of the deletion, too.
--
-- KEYS[4] hash: by the cursor of a message, that of its newest edit; by the cursor of an edit, that of the one before it;
--         by '#' and an epoch, how many changes the log has had in that life
-- arg[1]  epoch of the message
-- arg[2]  its offset
-- arg[3]  its data from now on
-- arg[4]  data of the event
-- arg[5]  what the data of a deleted message begins with
-- returns the event's cursor, or '' when the message was deleted before or is in the log no more

local changes = KEYS[4]

local function is_deleted(data)
  return string.sub(data, 1, #arg[5]) == arg[5]
end

local offset = tonumber(arg[2])
local message = arg[1] == life and offset > trimmed() and events(offset, offset)[1]
if not message or is_deleted(message[2][4]) then
  return ''
end
replace(offset, arg[3])
local cursor = append(arg[4])
local named = arg[1] .. '-' .. arg[2]
local edit = redis.call('HGET', changes, named)
if is_deleted(arg[3]) then
  redis.call('HDEL', changes, named)
  while edit do
    replace(tonumber(string.match(edit, '%d+$')), arg[4])
    local before = redis.call('HGET', changes, edit)
    redis.call('HDEL', changes, edit)
    edit = before
  end
else
  redis.call('HSET', changes, named, cursor)
  if edit then
    redis.call('HSET', changes, cursor, edit)
  end
end
redis.call('HINCRBY', changes, '#' .. life, 1)
redis.call('PEXPIRE', changes, ARGV[5])

-- What the log has let go is asked for no more. There is at most one field for each edit that the log has: going through
-- all of them pays for as many changes to come.
if redis.call('HLEN', changes) > 2 * ARGV[3] then
  local oldest = trimmed()
  for _, field in ipairs(redis.call('HKEYS', changes)) do
    local of, at = string.match(field, '^(%w+)%-(%d+)$')
    if (of and (of ~= life or tonumber(at) <= oldest)) or (not of and field ~= '#' .. life) then
      redis.call('HDEL', changes, field)
    end
  end
end
return cursor
