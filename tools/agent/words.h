#ifndef BINDERY_TOOLS_AGENT_WORDS_H_
#define BINDERY_TOOLS_AGENT_WORDS_H_

// One line of a plan as words, most of them KEY=VALUE.
//
// 1. Each word must be taken by one of the functions below: FirstUntaken tells
//    which was not, so that no misspelt key is passed over in silence.
// 2. Numbers are unsigned 64-bit: decimal, hexadecimal after 0x, or negative
//    decimal in two's complement.

#include <stdint.h>

#include "tools/agent/plan.h"

enum { kMaxWords = 32 };

struct Words {
  struct Text words[kMaxWords];
  int count;
  uint32_t taken;  // a bit for each word
};

// Splits at blanks. Returns 0 when there are too many words.
int SplitWords(struct Text line, struct Words* words);

int TextIs(struct Text text, const char* literal);
int ParseNumber(struct Text text, uint64_t* value);

// Takes the first untaken word; returns 0 when there is none.
int TakeWord(struct Words* words, struct Text* word);

// Takes the next word KEY=VALUE with this key; returns 0 when there is none.
int TakeText(struct Words* words, const char* key, struct Text* value);

// Takes a number, or up to three of them with commas between. Returns how
// many, 0 when the key is absent, -1 when the value is malformed.
int TakeNumbers(struct Words* words, const char* key, uint64_t* values,
                int limit);

// The first word that nobody has taken, or null.
const struct Text* FirstUntaken(const struct Words* words);

#endif  // BINDERY_TOOLS_AGENT_WORDS_H_
