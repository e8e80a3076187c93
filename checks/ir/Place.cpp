//===- Place.cpp - Comparing access paths ---------------------------------===//

#include "checks/ir/Place.h"

#include <algorithm>

namespace runnel::ir {

bool Place::contains(const Place &Other) const {
  return sameRoot(Other) && Path.size() <= Other.Path.size() &&
         std::equal(Path.begin(), Path.end(), Other.Path.begin());
}

} // namespace runnel::ir
