#include "tools/agent/words.h"

#include <string.h>

int SplitWords(struct Text line, struct Words* words) {
  words->count = 0;
  words->taken = 0;
  size_t at = 0;
  while (at < line.size) {
    while (at < line.size && line.data[at] == ' ') ++at;
    const size_t begin = at;
    while (at < line.size && line.data[at] != ' ') ++at;
    if (at == begin) break;
    if (words->count == kMaxWords) return 0;
    words->words[words->count++] = (struct Text){line.data + begin, at - begin};
  }
  return 1;
}

int TextIs(struct Text text, const char* literal) {
  return strlen(literal) == text.size &&
         memcmp(text.data, literal, text.size) == 0;
}

static int DigitOf(char c, unsigned base) {
  int digit = -1;
  if (c >= '0' && c <= '9') digit = c - '0';
  if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  return digit >= 0 && (unsigned)digit < base ? digit : -1;
}

int ParseNumber(struct Text text, uint64_t* value) {
  const int negative = text.size > 0 && text.data[0] == '-';
  size_t at = negative ? 1 : 0;
  const int hexadecimal =
      text.size > at + 2 && memcmp(text.data + at, "0x", 2) == 0;
  const unsigned base = hexadecimal ? 16 : 10;
  if (hexadecimal) at += 2;
  if (at == text.size) return 0;
  uint64_t sum = 0;
  for (; at < text.size; ++at) {
    const int digit = DigitOf(text.data[at], base);
    if (digit < 0) return 0;
    if (sum > (UINT64_MAX - (unsigned)digit) / base) return 0;
    sum = sum * base + (unsigned)digit;
  }
  *value = negative ? -sum : sum;
  return 1;
}

static struct Text Take(struct Words* words, int index) {
  words->taken |= UINT32_C(1) << index;
  return words->words[index];
}

static int IsTaken(const struct Words* words, int index) {
  return (words->taken >> index & 1) != 0;
}

int TakeWord(struct Words* words, struct Text* word) {
  for (int i = 0; i < words->count; ++i) {
    if (IsTaken(words, i)) continue;
    *word = Take(words, i);
    return 1;
  }
  return 0;
}

int TakeText(struct Words* words, const char* key, struct Text* value) {
  const size_t length = strlen(key);
  for (int i = 0; i < words->count; ++i) {
    const struct Text word = words->words[i];
    if (IsTaken(words, i) || word.size <= length || word.data[length] != '=' ||
        memcmp(word.data, key, length) != 0) {
      continue;
    }
    Take(words, i);
    *value = (struct Text){word.data + length + 1, word.size - length - 1};
    return 1;
  }
  return 0;
}

int TakeNumbers(struct Words* words, const char* key, uint64_t* values,
                int limit) {
  struct Text rest;
  if (!TakeText(words, key, &rest)) return 0;
  for (int count = 0; count < limit; ++count) {
    const char* const comma = memchr(rest.data, ',', rest.size);
    const size_t size = comma == NULL ? rest.size : (size_t)(comma - rest.data);
    if (!ParseNumber((struct Text){rest.data, size}, &values[count])) return -1;
    if (comma == NULL) return count + 1;
    rest.data += size + 1;
    rest.size -= size + 1;
  }
  return -1;
}

const struct Text* FirstUntaken(const struct Words* words) {
  for (int i = 0; i < words->count; ++i) {
    if (!IsTaken(words, i)) return &words->words[i];
  }
  return NULL;
}
