#ifndef BINDERY_TOOLS_AGENT_RECORDS_H_
#define BINDERY_TOOLS_AGENT_RECORDS_H_

// What the agent says, one line for each fact; plan.md lists the lines.
//
// Lines are kept in memory until FlushRecords, or until there are 8 MiB of
// them, so that a scenario costs few writes to a console. What is not
// flushed is lost when the kernel dies.

#include <stddef.h>

#include "tools/agent/mailbox.h"

// Where records go from here on.
void SetRecordsOutput(int fd);

__attribute__((format(printf, 1, 2))) void Record(const char* format, ...);
void RecordBytes(const void* bytes, size_t size);

// The same text with "| " before each line.
void RecordQuoted(const char* text, size_t size);

// What an actor captured, one line for each chunk.
void RecordCapture(int actor);

void FlushRecords(void);

#endif  // BINDERY_TOOLS_AGENT_RECORDS_H_
