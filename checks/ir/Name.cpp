//===- Name.cpp - The pool behind Name ------------------------------------===//

#include "checks/ir/Name.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Allocator.h"

#include <mutex>

namespace runnel::ir {

namespace {
struct Pool {
  std::mutex Mutex;
  llvm::StringSet<llvm::BumpPtrAllocator> Strings;
};

// Never destroyed: Names in static objects may be read until the very end.
Pool &pool() {
  static Pool &P = *new Pool;
  return P;
}
} // namespace

Name::Name(llvm::StringRef Text) {
  if (Text.empty())
    return;
  Pool &P = pool();
  std::scoped_lock Hold(P.Mutex);
  llvm::StringRef Kept = P.Strings.insert(Text).first->first();
  Data = Kept.data();
  Size = Kept.size();
}

} // namespace runnel::ir
