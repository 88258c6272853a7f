# See unreached_changes. First file: the list; second: the diff.

# The list: KIND FILE:FIRST-LAST FUNCTION [TAKEN/BRANCHES]
NR == FNR {
  if ($1 == "#") next
  colon = index($2, ":")
  split(substr($2, colon + 1), range, "-")
  ++facts
  file[facts] = substr($2, 1, colon - 1)
  first[facts] = range[1]
  last[facts] = range[2]
  text[facts] = $0
  next
}

# A hunk's header tells how many lines of each side follow, so that an added
# line which begins with "++ " is not taken for a file's name.
/^@@ / {
  split($2, side, ",")
  left_old = side[2] == "" ? 1 : side[2]
  split(substr($3, 2), side, ",")
  line = side[1]
  left_new = side[2] == "" ? 1 : side[2]
  next
}

left_old <= 0 && left_new <= 0 {
  if (/^\+\+\+ /) {
    path = $2
    at = index(path, "drivers/android/")
    path = at ? substr(path, at) : ""
  }
  next
}

/^\+/ { --left_new; Added(line++, substr($0, 2)); next }
/^-/ { --left_old; next }
/^\\/ { next }
{ --left_old; --left_new; ++line }

function Added(number, code,    i) {
  for (i = 1; i <= facts; ++i) {
    if (file[i] != path || number < first[i] || number > last[i]) continue
    if (!told[i]++) print text[i]
    printf "+%d: %s\n", number, code
    found = 1
  }
}

END { exit found }
