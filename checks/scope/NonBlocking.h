//===- NonBlocking.h - Sockets that make nobody wait ------------*- C++ -*-===//
//
// accept() of a socket in non-blocking mode returns at once. Which mode a
// descriptor is in is not in its type; but where a file puts sockets into that
// mode, its authors wait for them elsewhere, and a call there tells nothing.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_SCOPE_NONBLOCKING_H
#define RUNNEL_CHECKS_SCOPE_NONBLOCKING_H

#include "checks/ir/Program.h"

#include <set>

namespace runnel::scope {

class NonBlocking {
public:
  explicit NonBlocking(const ir::Program &P);

  /// Whether the socket function \p Callee, called in \p In, is likely to be
  /// called on a socket that does not block.
  bool isLikely(const ir::Function &In, llvm::StringRef Callee) const;

private:
  std::set<ir::Name> Files; ///< asked for membership alone
};

} // namespace runnel::scope

#endif
