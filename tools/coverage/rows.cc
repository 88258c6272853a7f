#include "tools/coverage/rows.h"

namespace bindery::coverage {

std::vector<Row> AllRows() { return {}; }

}  // namespace bindery::coverage
