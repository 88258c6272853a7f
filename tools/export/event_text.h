// Events and changes of a trace as lines of text, in strace's manner.
//
//   ioctl(3, BINDER_WRITE_READ)           a system call begins
//   <... ioctl resumed> = -1 EAGAIN       and returns
//   BC_TRANSACTION {handle=0, code=1}     the driver takes a command
//   BR_REPLY {data_size=8}                the driver hands out a word
//   → #7 BC_TRANSACTION                   a message leaves
//   ← #7 BR_TRANSACTION                   and arrives
#ifndef BINDERY_TOOLS_EXPORT_EVENT_TEXT_H_
#define BINDERY_TOOLS_EXPORT_EVENT_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "proto/trace.pb.h"

namespace bindery::tools {

// One line, without colour. Bytes are as they are in the trace.
std::string EventText(const proto::Event& event);

// "0", "17", "-1 EAGAIN"; a negative number that is no errno stays a number.
std::string ResultText(int64_t result);

// True for rows that the driver has no structure for: programs, activations of
// kernel functions, words in buffers, free memory.
bool IsBookkeeping(const proto::Change& change);

// The changes of a step but bookkeeping, one line for each object in the order
// of its first change: "node server:0x1000 internal_strong_refs 0→1, tmp_refs
// 1→0", with
// "+ " before an object that is new; "- " before one that is gone, without its
// fields.
std::vector<std::string> ChangeLines(const proto::TraceStep& step);

// Whatever is not printable (control characters, which could drive a terminal,
// and bytes that are not UTF-8) as \xNN.
std::string Printable(const std::string& text);

}  // namespace bindery::tools

#endif  // BINDERY_TOOLS_EXPORT_EVENT_TEXT_H_
