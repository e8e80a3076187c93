//===- thread-unjoined-path.cpp - Threads not joined on some path ---------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

/// \p E takes care of the thread at \p Thread, or hands it to somebody who may.
static bool takesCare(const ir::Event &E, ir::PlaceId Thread) {
  switch (E.What) {
  case ir::Op::Join:
  case ir::Op::Detach:
  case ir::Op::Return:
  case ir::Op::Escape:
    return E.Subject == Thread;
  case ir::Op::GuardMove:
  case ir::Op::GuardSwap:
    return E.Subject == Thread || E.Other == Thread;
  case ir::Op::Throw:
    return true; // another way to die
  case ir::Op::Access:
    if (E.Subject == Thread && E.has(ir::Moved | ir::AddressTaken))
      return true;
    break;
  default:
    break;
  }
  return llvm::any_of(E.Args, [&](const ir::Operand &A) {
    return A.Place == Thread && E.What != ir::Op::Spawn;
  });
}

/// Some branch asks whether the thread is joinable: the paths differ in that.
static bool asksJoinable(const ir::Function &F, ir::PlaceId Thread) {
  return llvm::any_of(F.Blocks, [&](const ir::Block &B) {
    return B.Cond.Subject == Thread || llvm::is_contained(B.Cond.Reads, Thread);
  });
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Spawn || E.Subject == ir::NoPlace ||
          E.spawnKind() != ir::SpawnKind::Thread)
        return;
      const ir::Place &Pl = Fn.place(E.Subject);
      if (Pl.Root != ir::Place::Local || !Pl.Path.empty() ||
          Fn.Locals[Pl.Index].Type.Is != ir::Role::Thread ||
          Fn.Locals[Pl.Index].Type.indirect() ||
          !llvm::StringRef(Fn.Locals[Pl.Index].Type.Spelling)
               .contains("thread") ||
          // A handle has no destructor: forgetting one ends nothing.
          llvm::StringRef(Fn.Locals[Pl.Index].Type.Spelling)
              .contains("pthread"))
        return;
      if (asksJoinable(Fn, E.Subject))
        return;
      auto End = nextAfter(
          Fn, At,
          [&](const ir::Event &Each) {
            return Each.What == ir::Op::ScopeEnd && Each.Subject == E.Subject;
          },
          [&](const ir::Event &Each) { return takesCare(Each, E.Subject); });
      if (!End)
        return;
      const ir::Variable &V = Fn.Locals[Pl.Index];
      Finding Found;
      Found.Check = "runnel-thread-unjoined-path";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str() + "::" + V.Id.str().str();
      Found.Message = "'" + V.Id.str().str() +
                      "' is not joined on every path: its destructor then "
                      "ends the program";
      Found.Notes.push_back({rangeAt(Fn, *End), "it is destroyed here, still "
                                                "joinable"});
      Found.Notes.push_back({V.TypeText.valid() ? V.TypeText : E.Where,
                             "a std::jthread joins when it is destroyed"});
      if (V.TypeText.editable() && V.Type.Spelling == "std::thread")
        Found.Fixes.push_back({"make '" + V.Id.str().str() + "' a std::jthread",
                               {{V.TypeText, "std::jthread"}}});
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-thread-unjoined-path", Level::Default,
                                 run);

} // namespace runnel
