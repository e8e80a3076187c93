//===- ThreadLocals.h - Variables that each thread has its own of -*- C++
//-*-===//
//
// Which thread_local variable, if any, an event of a function touches, and
// whether by its own name or through a pointer or reference taken before.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FIBER_THREADLOCALS_H
#define RUNNEL_CHECKS_FIBER_THREADLOCALS_H

#include "checks/analysis/Facts.h"
#include "checks/ir/Function.h"

#include <string>

namespace runnel::fiber {

struct ThreadLocalUse {
  ir::Name Symbol;  ///< of the variable
  std::string Name; ///< its short name
  /// The local pointer or reference through which it is reached; empty if the
  /// source names the variable, or the function that returns it, itself.
  std::string Alias;
  /// That function, if there is one.
  ir::Name Accessor;
};

/// Of the place \p Id, written as \p Spelling. No symbol: it is none.
ThreadLocalUse threadLocalAt(const analysis::Facts &F, const ir::Function &In,
                             ir::PlaceId Id, llvm::StringRef Spelling);

/// The identifier an expression starts with: `p` of `*p`, `b` of `b.size`.
llvm::StringRef firstIdentifier(llvm::StringRef Text);

/// The symbol names a thread_local variable or static member; its short name.
std::optional<std::string> threadLocalName(const ir::Program &P,
                                           ir::Name Symbol);

} // namespace runnel::fiber

#endif
