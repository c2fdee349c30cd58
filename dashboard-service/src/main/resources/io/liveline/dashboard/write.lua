-- Adds to counters or sets them: all of them or none, once for each key.
--
-- KEYS[3]      hash: the counters' values
-- KEYS[4]      hash: where each last changed, its cursor
-- KEYS[5..16]  hashes: answers that are remembered, in turn, each for a tenth of the window
-- arg[1]  ADD or SET
-- arg[2]  for how long answers are remembered, ms
-- arg[3]  how many counters there may be
-- arg[4]  how many answers may be remembered
-- arg[5]  what the answer is remembered under
-- arg[6]  fingerprint of the request
-- arg[7..] name, number, name, number
-- returns { 'OK', name, value, cursor, name, value, cursor, ... } or { 'REUSED' }, { 'BUSY' }, { 'FULL' },
--         { 'OVERFLOW', name }; nothing is changed but by the first

local values, versions = KEYS[3], KEYS[4]
local first, buckets = 5, 12

local remembered = 0
for i = first, first + buckets - 1 do
  local answer = redis.call('HGET', KEYS[i], arg[5])
  if answer then
    local words = {}
    for word in string.gmatch(answer, '%S+') do
      words[#words + 1] = word
    end
    if table.remove(words, 1) ~= arg[6] then
      return { 'REUSED' }
    end
    return words
  end
  remembered = remembered + redis.call('HLEN', KEYS[i])
end
if remembered >= tonumber(arg[4]) then
  return { 'BUSY' }
end

local fresh = 0
for i = 7, #arg, 2 do
  fresh = fresh + 1 - redis.call('HEXISTS', values, arg[i])
end
if fresh > 0 and redis.call('HLEN', values) + fresh > tonumber(arg[3]) then
  return { 'FULL' }
end

-- Lua computes in doubles: Redis does the sum, which also refuses what does not fit into 64 bits.
local before = {}
for i = 7, #arg, 2 do
  before[i] = redis.call('HGET', values, arg[i])
  local done
  if arg[1] == 'ADD' then
    done = redis.pcall('HINCRBY', values, arg[i], arg[i + 1])
  else
    done = redis.call('HSET', values, arg[i], arg[i + 1])
  end
  if type(done) == 'table' and done.err then
    for j = 7, i - 2, 2 do
      if before[j] then
        redis.call('HSET', values, arg[j], before[j])
      else
        redis.call('HDEL', values, arg[j])
      end
    end
    return { 'OVERFLOW', arg[i] }
  end
end

-- Names need no escaping in JSON.
local changes, answer = {}, { 'OK' }
for i = 7, #arg, 2 do
  local value = redis.call('HGET', values, arg[i])
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

-- A bucket is gone eleven tenths of the window after it was begun, and used again after twelve.
local slice = math.max(1, math.floor(tonumber(arg[2]) / 10))
local bucket = KEYS[first + math.floor(now / slice) % buckets]
if redis.call('HSET', bucket, arg[5], arg[6] .. ' ' .. table.concat(answer, ' ')) == 1
    and redis.call('HLEN', bucket) == 1 then
  redis.call('PEXPIRE', bucket, int(slice * 11))
end
return answer
