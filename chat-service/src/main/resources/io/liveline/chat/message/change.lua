-- Changes a message: replaces its data in the log and appends an event of the change. If the message is deleted, no
-- text is kept: the events of its edits become events of the deletion.
--
-- KEYS[4] hash: cursor of a message -> cursor of its newest edit; cursor of an edit -> cursor of the edit before it;
--         '#' and an epoch -> number of changes in that epoch of the log
-- KEYS[5] string: cursor of the first change with this idempotency key, a space, and the fingerprint of its content. None
--         for a change without a key
-- arg[1]  epoch of the message
-- arg[2]  offset of the message
-- arg[3]  data of the event; of an edit, without the text and what else it changes
-- arg[4]  beginning of the data of a deleted message
-- arg[5]  fingerprint of the content of the change
-- arg[6]  lifetime of the idempotency key, ms
-- arg[7]  deletion: new data of the message. Edit: its new text, as a JSON field after a comma; '' if it stays
-- arg[8]  edit: the same of its kind
-- arg[9]  edit: the same of its data
-- returns the cursor of the event; DELETED if the message was deleted before or is no longer in the log; REUSED if the key
--         was used before with another fingerprint

local changes, key = KEYS[4], KEYS[5]

local first = key and redis.call('GET', key)
if first then
  local cursor, of = string.match(first, '^(%S+) (%S+)$')
  return of == arg[5] and cursor or 'REUSED'
end

local function is_deleted(data)
  return string.sub(data, 1, #arg[4]) == arg[4]
end

-- Returns the fields of a message: what never changes, the text, the kind and the data, each but the first with the comma
-- before it, or ''. They are not decoded, which would alter numbers: only strings are before them, and in a string no quote
-- is without a backslash.
local function parts(stored)
  local fields = string.sub(stored, 1, -2)
  if string.sub(fields, -14) == ',"edited":true' then
    fields = string.sub(fields, 1, -15)
  end
  local text = string.find(fields, ',"text":', 1, true)
  local data = string.find(fields, ',"data":{', text, true) or #fields + 1
  local kind = math.min(string.find(fields, ',"kind":"', text, true) or data, data)
  return string.sub(fields, 1, text - 1),
    string.sub(fields, text, kind - 1),
    string.sub(fields, kind, data - 1),
    string.sub(fields, data)
end

local offset = tonumber(arg[2])
local message = arg[1] == life and offset > trimmed() and events(offset, offset)[1]
if not message or is_deleted(message[2][4]) then
  return 'DELETED'
end
local deletes, event = is_deleted(arg[7]), arg[3]
if deletes then
  replace(offset, arg[7])
else
  local start, text, kind, data = parts(message[2][4])
  text = arg[7] ~= '' and arg[7] or text
  kind = arg[8] ~= '' and arg[8] or kind
  data = arg[9] ~= '' and arg[9] or data
  replace(offset, start .. text .. kind .. data .. ',"edited":true}')
  event = string.sub(event, 1, -2) .. text .. arg[8] .. arg[9] .. '}'
end
local cursor = append(event)
local named = arg[1] .. '-' .. arg[2]
local edit = redis.call('HGET', changes, named)
if deletes then
  redis.call('HDEL', changes, named)
  while edit do
    replace(tonumber(string.match(edit, '%d+$')), event)
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
  redis.call('SET', key, cursor .. ' ' .. arg[5], 'PX', arg[6])
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
