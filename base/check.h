#ifndef BINDERY_BASE_CHECK_H_
#define BINDERY_BASE_CHECK_H_

// Assertions that are always on, whatever the compilation mode.
//
//   BINDERY_CHECK(size <= capacity);
//   BINDERY_CHECK_MSG(parent != child, "a row cannot be its own parent");
//
// A check that fails is an error in bindery itself: it prints
//
//   FILE:LINE: check failed: CONDITION (MESSAGE)
//
// on stderr and aborts. Modelled kernel faults and modelled errno values are
// results, not errors, and must never be reported through a check.
//
// 1. The condition is evaluated exactly once, in every compilation mode.
// 2. MESSAGE is a string literal (or another C string that outlives the call)
//    and is not evaluated unless the check fails.
// 3. A check that holds costs its condition and one branch predicted as taken;
//    the failing path is out of line and in the cold section.
//
// Thread-safe. Usable in constexpr functions, where a check that fails is a
// compile-time error.

namespace bindery::base_internal {

// Never returns. `message` may be null.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const char* message);

}  // namespace bindery::base_internal

#define BINDERY_INTERNAL_CHECK(condition, text, message)              \
  do {                                                                \
    if (condition) [[likely]] {                                       \
    } else {                                                          \
      ::bindery::base_internal::CheckFailed(__FILE__, __LINE__, text, \
                                            message);                 \
    }                                                                 \
  } while (false)

#define BINDERY_CHECK(condition) \
  BINDERY_INTERNAL_CHECK(condition, #condition, nullptr)

#define BINDERY_CHECK_MSG(condition, message) \
  BINDERY_INTERNAL_CHECK(condition, #condition, message)

#endif  // BINDERY_BASE_CHECK_H_
