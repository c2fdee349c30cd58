-- Adds to counters or sets them. Each request changes all of its counters or none, once for each key. Joinable.
--
-- KEYS[3]  hash: the counters' values
-- KEYS[4]  hash: cursor of the last change of each counter
-- KEYS[5]  hash: number of answers stored in each tenth of the window
-- KEYS[6]  string: the request's fingerprint and its stored answer
-- arg[1]  ADD or SET
-- arg[2]  time for which answers are stored, ms
-- arg[3]  maximum number of counters
-- arg[4]  maximum number of stored answers
-- arg[5]  fingerprint of the request
-- arg[6]  number of counters in the request
-- arg[7..] name, number, name, number
-- Further requests follow in the same form; all have the same KEYS except the last, and arg[2..4] of the first apply.
-- returns for each request { 'OK', name, value, cursor, name, value, cursor, ... } or { 'REUSED' }, { 'BUSY' },
--         { 'FULL' }, { 'OVERFLOW', name }; only an OK request changes anything

local values, versions, counts = KEYS[3], KEYS[4], KEYS[5]
local window, most_counters, most_answers = arg[2], tonumber(arg[3]), tonumber(arg[4])

local requests = {}
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
end

-- Fingerprint and answer of the requests applied in this call, by key.
local applied = {}

-- Returns the stored answer under this key, or nil.
local function first_answer(request)
  local fingerprint, fields = nil, {}
  local known = redis.call('GET', request.key)
  if known then
    for field in string.gmatch(known, '%S+') do
      fields[#fields + 1] = field
    end
    fingerprint = table.remove(fields, 1)
  elseif applied[request.key] then
    fingerprint, fields = unpack(applied[request.key])
  else
    return nil
  end
  return fingerprint == request.fingerprint and fields or { 'REUSED' }
end

local tenth = math.max(1, math.floor(tonumber(window) / 10))
local slice = math.floor(now / tenth)
local remembered, expired = 0, {}
local tenths = redis.call('HGETALL', counts)
for i = 1, #tenths, 2 do
  if tonumber(tenths[i]) < slice - 10 then
    expired[#expired + 1] = tenths[i]
  else
    remembered = remembered + tonumber(tenths[i + 1])
  end
end

-- Adds to a counter; returns nil on overflow. Lua computes in doubles, so Redis computes the sum, which also rejects an
-- overflow of 64 bits, and returns the exact value where a double cannot hold it.
local function add(name, number)
  local sum = redis.pcall('HINCRBY', values, name, number)
  if type(sum) == 'table' then
    if string.find(sum.err, 'overflow', 1, true) then
      return nil
    end
    -- Any other error is raised by a second call.
    sum = redis.call('HINCRBY', values, name, number)
  end
  return math.abs(sum) < 2 ^ 53 and int(sum) or redis.call('HGET', values, name)
end

-- Changes the counters of a request and returns their values; or changes none and returns nil and the error.
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
  answers[i] = first_answer(request)
  if not answers[i] and remembered >= most_answers then
    answers[i] = { 'BUSY' }
  elseif not answers[i] then
    local after, failure = change(request)
    answers[i] = failure or { 'OK' }
    if after then
      request.after, request.answer = after, answers[i]
      applied[request.key] = { request.fingerprint, request.answer }
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
  if #expired > 0 then
    redis.call('HDEL', counts, unpack(expired))
  end
end
return answers
