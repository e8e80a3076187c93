//===- Contexts.h - Which context a function was given ----------*- C++ -*-===//
//
// What the checks of this family share: the context a function was given, and
// where it asks whether that has ended.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_CTX_CONTEXTS_H
#define RUNNEL_CHECKS_CTX_CONTEXTS_H

#include "checks/analysis/Point.h"
#include "checks/ir/Program.h"

#include <optional>

namespace runnel::ctx {

/// A parameter that has a name, or what a lambda captures.
struct Given {
  ir::Place::Kind Root = ir::Place::Param;
  uint32_t Index = 0;
  ir::Name Name;
  ir::Range Where;

  bool is(const ir::Function &F, ir::PlaceId Id) const {
    return Id != ir::NoPlace && F.place(Id).Root == Root &&
           F.place(Id).Index == Index;
  }
  /// `ctx.done()`.
  bool isDone(const ir::Function &F, ir::PlaceId Id) const;
};

std::optional<Given> givenContext(const ir::Function &F, bool Captures);

/// The event mentions it in any way.
bool mentions(const ir::Function &F, const ir::Event &E, const Given &G);

} // namespace runnel::ctx

#endif
