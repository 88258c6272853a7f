#ifndef BINDERY_TESTS_TIDY_PROTO_RULES_H_
#define BINDERY_TESTS_TIDY_PROTO_RULES_H_

// Rules for .proto files.

#include <vector>

#include "tests/tidy/rules.h"
#include "tests/tidy/source.h"

namespace bindery::tidy {

// Every field of a message has a comment: on the line above or behind it.
// Values of enums may go without.
std::vector<Finding> CheckProtoComments(const SourceFile& file);

}  // namespace bindery::tidy

#endif  // BINDERY_TESTS_TIDY_PROTO_RULES_H_
