-- Adds to counters or sets them: all of them or none, once for each key.
--
-- KEYS[3]  hash: the counters' values
-- KEYS[4]  hash: where each last changed, its cursor
-- KEYS[5]  hash: how many answers were remembered in each tenth of the window
-- KEYS[6]  string: the answer to this request, while it is remembered, behind the request's fingerprint
-- arg[1]  ADD or SET
-- arg[2]  for how long answers are remembered, ms
-- arg[3]  how many counters there may be
-- arg[4]  how many answers may be remembered
-- arg[5]  fingerprint of the request
-- arg[6..] name, number, name, number
-- returns { 'OK', name, value, cursor, name, value, cursor, ... } or { 'REUSED' }, { 'BUSY' }, { 'FULL' },
--         { 'OVERFLOW', name }; nothing is changed but by the first

local values, versions, counts, answered = KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local first = 6

local known = redis.call('GET', answered)
if known then
  local words = {}
  for word in string.gmatch(known, '%S+') do
    words[#words + 1] = word
  end
  if table.remove(words, 1) ~= arg[5] then
    return { 'REUSED' }
  end
  return words
end

local tenth = math.max(1, math.floor(tonumber(arg[2]) / 10))
local slice = math.floor(now / tenth)
local remembered, over = 0, {}
local tenths = redis.call('HGETALL', counts)
for i = 1, #tenths, 2 do
  if tonumber(tenths[i]) < slice - 10 then
    over[#over + 1] = tenths[i]
  else
    remembered = remembered + tonumber(tenths[i + 1])
  end
end
if remembered >= tonumber(arg[4]) then
  return { 'BUSY' }
end

local before, fresh = {}, 0
for i = first, #arg, 2 do
  before[i] = redis.call('HGET', values, arg[i])
  fresh = fresh + (before[i] and 0 or 1)
end
if fresh > 0 and redis.call('HLEN', values) + fresh > tonumber(arg[3]) then
  return { 'FULL' }
end

-- Lua computes in doubles: Redis does the sum, which also refuses what does not fit into 64 bits, and tells what came
-- of it wherever a double cannot.
local function add(name, number)
  local sum = redis.pcall('HINCRBY', values, name, number)
  if type(sum) == 'table' then
    return nil
  end
  return math.abs(sum) < 2 ^ 53 and int(sum) or redis.call('HGET', values, name)
end

-- Names need no escaping in JSON.
local changes, answer = {}, { 'OK' }
for i = first, #arg, 2 do
  local value = arg[i + 1]
  if arg[1] == 'ADD' then
    value = add(arg[i], value)
  else
    redis.call('HSET', values, arg[i], value)
  end
  if not value then
    for j = first, i - 2, 2 do
      if before[j] then
        redis.call('HSET', values, arg[j], before[j])
      else
        redis.call('HDEL', values, arg[j])
      end
    end
    return { 'OVERFLOW', arg[i] }
  end
  changes[#changes + 1] = '"' .. arg[i] .. '":' .. value
  answer[#answer + 1] = arg[i]
  answer[#answer + 1] = value
  answer[#answer + 1] = ''
end
local cursor = append('{' .. table.concat(changes, ',') .. '}')
for i = 2, #answer, 3 do
  redis.call('HSET', versions, answer[i], cursor)
  answer[i + 2] = cursor
end

redis.call('SET', answered, arg[5] .. ' ' .. table.concat(answer, ' '), 'PX', arg[2])
if redis.call('HINCRBY', counts, int(slice), 1) == 1 then
  redis.call('PEXPIRE', counts, int(tenth * 12))
  if #over > 0 then
    redis.call('HDEL', counts, unpack(over))
  end
end
return answer
