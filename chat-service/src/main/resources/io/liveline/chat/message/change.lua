-- Changes a message: replaces its data in the log and appends an event of the change. If the message is deleted, no
-- text is kept: the events of its edits become events of the deletion.
--
-- KEYS[4] hash: cursor of a message -> cursor of its newest edit; cursor of an edit -> cursor of the edit before it;
--         '#' and an epoch -> number of changes in that epoch of the log
-- KEYS[5] string: cursor of the first change with this idempotency key. None for a change without a key
-- arg[1]  epoch of the message
-- arg[2]  offset of the message
-- arg[3]  new data of the message
-- arg[4]  data of the event
-- arg[5]  beginning of the data of a deleted message
-- arg[6]  lifetime of the idempotency key, ms
-- returns the cursor of the event, or '' if the message was deleted before or is no longer in the log

local changes, key = KEYS[4], KEYS[5]

local first = key and redis.call('GET', key)
if first then
  return first
end

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
if key then
  redis.call('SET', key, cursor, 'PX', arg[6])
end
redis.call('PEXPIRE', changes, ARGV[5])

-- Fields of trimmed events are no longer used. The log's own edits need at most one field each, so a full scan is paid
-- for by as many later changes.
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
