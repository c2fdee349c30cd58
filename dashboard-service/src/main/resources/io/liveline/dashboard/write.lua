-- Adds to counters or sets them: for each request all of its counters or none, once for each key. Joinable.
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
-- arg[6]  how many counters are named
-- arg[7..] name, number, name, number
-- The same again for the next request.
-- returns for each request { 'OK', name, value, cursor, name, value, cursor, ... } or { 'REUSED' }, { 'BUSY' }, { 'FULL' },
--         { 'OVERFLOW', name }; nothing is changed but by the first

local values, versions, counts = KEYS[3], KEYS[4], KEYS[5]
local window, most_counters, most_answers = arg[2], tonumber(arg[3]), tonumber(arg[4])

local requests, keys = {}, {}
local at = 1
for i = 6, #KEYS, 4 do
  local request = { key = KEYS[i], kind = arg[at], fingerprint = arg[at + 4], names = {}, numbers = {} }
  local named = tonumber(arg[at + 5])
  for j = 1, named do
    request.names[j] = arg[at + 4 + 2 * j]
    request.numbers[j] = arg[at + 5 + 2 * j]
  end
  at = at + 6 + 2 * named
  requests[#requests + 1] = request
  keys[#keys + 1] = request.key
end

-- By key: the answer that is remembered, or that this call gives.
local known = {}
for i, text in ipairs(redis.call('MGET', unpack(keys))) do
  if text then
    local words = {}
    for word in string.gmatch(text, '%S+') do
      words[#words + 1] = word
    end
    known[keys[i]] = { fingerprint = table.remove(words, 1), words = words }
  end
end

local tenth = math.max(1, math.floor(tonumber(window) / 10))
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

-- Lua computes in doubles: Redis does the sum, which also refuses what does not fit into 64 bits, and tells what came
-- of it wherever a double cannot.
local function add(name, number)
  local sum = redis.pcall('HINCRBY', values, name, number)
  if type(sum) == 'table' then
    return nil
  end
  return math.abs(sum) < 2 ^ 53 and int(sum) or redis.call('HGET', values, name)
end

-- Changes the counters of a request, and returns their values; or none of them, and returns what is in the way.
local function change(request)
  local names, numbers = request.names, request.numbers
  local before = redis.call('HMGET', values, unpack(names))
  local fresh = 0
  for i = 1, #names do
    fresh = fresh + (before[i] and 0 or 1)
  end
  if fresh > 0 and redis.call('HLEN', values) + fresh > most_counters then
    return nil, { 'FULL' }
  end
  local after = {}
  for i, name in ipairs(names) do
    if request.kind == 'ADD' then
      after[i] = add(name, numbers[i])
    else
      redis.call('HSET', values, name, numbers[i])
      after[i] = numbers[i]
    end
    if not after[i] then
      for j = 1, i - 1 do
        if before[j] then
          redis.call('HSET', values, names[j], before[j])
        else
          redis.call('HDEL', values, names[j])
        end
      end
      return nil, { 'OVERFLOW', name }
    end
  end
  return after
end

-- Names need no escaping in JSON.
local function json(names, after)
  local changes = {}
  for i, name in ipairs(names) do
    changes[i] = '"' .. name .. '":' .. after[i]
  end
  return '{' .. table.concat(changes, ',') .. '}'
end

local answers, done, events = {}, {}, {}
for i, request in ipairs(requests) do
  local first = known[request.key]
  if first then
    answers[i] = first.fingerprint == request.fingerprint and first.words or { 'REUSED' }
  elseif remembered >= most_answers then
    answers[i] = { 'BUSY' }
  else
    local after, refusal = change(request)
    answers[i] = refusal or { 'OK' }
    if after then
      request.after, request.answer = after, answers[i]
      known[request.key] = { fingerprint = request.fingerprint, words = answers[i] }
      done[#done + 1] = request
      events[#events + 1] = json(request.names, after)
      remembered = remembered + 1
    end
  end
end
if #done == 0 then
  return answers
end

local changed = {}
for i, cursor in ipairs(append_all(events)) do
  local request = done[i]
  for j, name in ipairs(request.names) do
    local answer = request.answer
    answer[#answer + 1] = name
    answer[#answer + 1] = request.after[j]
    answer[#answer + 1] = cursor
    changed[#changed + 1] = name
    changed[#changed + 1] = cursor
  end
  redis.call('SET', request.key, request.fingerprint .. ' ' .. table.concat(request.answer, ' '), 'PX', window)
end
redis.call('HSET', versions, unpack(changed))

if redis.call('HINCRBY', counts, int(slice), #done) == #done then
  redis.call('PEXPIRE', counts, int(tenth * 12))
  if #over > 0 then
    redis.call('HDEL', counts, unpack(over))
  end
end
return answers
