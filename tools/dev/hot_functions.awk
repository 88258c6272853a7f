# From a profile of callgrind: functions of this project that ran several
# instructions in each of `rounds` rounds, in depth-first order of who calls whom,
# most often called first.

function name_of(text) { sub(/\047[0-9]+$/, "", text); return text }

/^fn=/ { current = name_of(substr($0, 4)); next }
/^cfn=/ { callee = name_of(substr($0, 5)); next }
/^calls=/ {
  split(substr($0, 7), words, " ")
  key = current SUBSEP callee
  if (!(key in calls)) callees[current, ++count[current]] = callee
  calls[key] += words[1]
  called = 1
  next
}
/^[0-9+*-]/ {
  if (called) { called = 0; next }  # what the callee took
  if (!(current in cost)) { order[++functions] = current; cost[current] = 0 }
  cost[current] += $2
}

function hot(name) {
  return name ~ /^_Z.*bindery/ && cost[name] >= 3 * rounds
}

function visit(name,    i, best, found, done) {
  if (name in seen) return
  seen[name] = 1
  if (hot(name)) print ".text." name
  for (;;) {
    found = 0
    for (i = 1; i <= count[name]; ++i) {
      callee = callees[name, i]
      if (callee in seen) continue
      if (!found || calls[name, callee] > calls[name, best]) {
        best = callee
        found = 1
      }
    }
    if (!found) return
    visit(best)
  }
}

END {
  visit("main")
  for (i = 1; i <= functions; ++i) if (hot(order[i])) visit(order[i])
}
