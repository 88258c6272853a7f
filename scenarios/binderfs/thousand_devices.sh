#!/bin/sh
# Writes a scenario to standard output: the kernel's own stress test of binderfs
# (binderfs_stress), with COUNT devices. All are added and opened, the instance
# is lazily unmounted, then each is asked for its version and closed.
#
#   thousand_devices.sh [COUNT]
set -eu

count=${1:-1000}

cat <<HEADER
# proto-file: proto/scenario.proto
# proto-message: bindery.proto.Scenario
name: "stress_$count"
description: "$count devices are open while their instance is unmounted."
source: "tools/testing/selftests/filesystems/binderfs: binderfs_stress"
process {
  name: "root"
  uid: 1000
  namespaces { user: true mount: true }
  limits { nofile: $((count + 8)) }
  thread {
    name: "main"
    step { mount { at: "a" } }
    step { open { at: "a" device: "binder-control" fd: "control" } }
HEADER
for i in $(seq 0 $((count - 1))); do
  echo "    step { ioctl { fd: \"control\" add_device: \"$i\" } expect { value: $((i + 8)) } }"
  echo "    step { open { at: \"a\" device: \"$i\" fd: \"fd$i\" } }"
done
echo '    step { umount { at: "a" lazy: true } }'
for i in $(seq 0 $((count - 1))); do
  echo "    step { ioctl { fd: \"fd$i\" version {} } }"
done
for i in $(seq 0 $((count - 1))); do
  echo "    step { close { fd: \"fd$i\" } }"
done
echo '    step { close { fd: "control" } }
    step { mount { at: "a" } }
    step {
      stat { at: "a" name: "binder-control" }
      expect { text: "char 600 uid 0 gid 0 links 1 ino 2 minor 4" }
    }
  }
}'
