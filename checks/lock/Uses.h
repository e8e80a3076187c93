//===- Uses.h - Who uses a class's locks, and who belongs to it -*- C++ -*-===//
//
// What the checks of this family share: the relation between the code that uses
// a lock and the class that owns it.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_LOCK_USES_H
#define RUNNEL_CHECKS_LOCK_USES_H

#include "checks/ir/Program.h"

#include <map>

namespace runnel::lock {

/// The function a lambda is written in, at any depth; others are their own.
const ir::Function &rootFunction(const ir::Program &P, const ir::Function &F);

/// Member of \p Record, of a class nested in it or around it, a friend, or a
/// lambda in one of these.
bool belongsTo(const ir::Program &P, const ir::Function &F, ir::Name Record);
/// The same, or member of a class that inherits from \p Record, or from which
/// \p Record inherits.
bool isInFamily(const ir::Program &P, const ir::Function &F, ir::Name Record);

/// Only its surroundings can name it: a private or local class, one in a
/// namespace for details, a class nested in another but defined in a source
/// file (the usual Impl).
bool isHidden(const ir::Program &P, const ir::Record &R);

/// The class is a guard of sorts itself: a guard is among its fields.
bool holdsGuard(const ir::Record &R);

/// A mention of a lock or condition variable that is a field or global.
struct Use {
  const ir::Function *In = nullptr;
  ir::Range Where;
  ir::Op What = ir::Op::Access;
};

class Uses {
public:
  explicit Uses(const ir::Program &P);
  /// By symbol of the field or global; in order of function and event.
  const std::vector<Use> &of(ir::Name Symbol) const;

private:
  std::map<ir::Name, std::vector<Use>> BySymbol;
};

/// "mutex", "condition variable".
const char *noun(const ir::TypeRef &T);
/// The last part of a qualified name.
llvm::StringRef shortName(ir::Name Id);

} // namespace runnel::lock

#endif
